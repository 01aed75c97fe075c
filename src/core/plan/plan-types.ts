import type { ErrorCode, ExitCode } from '../errors.ts';
import type { Operation } from './operation.ts';

/** Something the planner noticed. An `error` means: do not apply. */
export interface PlanCheck {
  readonly level: 'error' | 'warning';
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  /** of an error; 0 for a warning */
  readonly exitCode: ExitCode;
  readonly details: Readonly<Record<string, number | string>>;
}

export interface PlanSummary {
  readonly create: number;
  readonly change: number;
  readonly remove: number;
  /** bytes that will be fetched */
  readonly fetchBytes: number;
  /** bytes free where the store lies; null when unknown */
  readonly freeBytes: number | null;
}

/** What would be done, in order. No operations: everything is as desired. */
export interface Plan {
  readonly operations: readonly Operation[];
  readonly checks: readonly PlanCheck[];
  readonly summary: PlanSummary;
}
