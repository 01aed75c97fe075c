import type { ErrorCode, ExitCode } from '../errors.ts';
import type { Operation } from './operation.ts';

/** A finding of the planner. An `error` means: do not apply. */
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
  /** bytes to fetch */
  readonly fetchBytes: number;
  /** bytes free on the file system of the store; null when unknown */
  readonly freeBytes: number | null;
}

/** Everything that a command will do: a graph, listed in an order in which its operations could run one by one. */
export interface Plan {
  /** empty: everything is as desired */
  readonly operations: readonly Operation[];
  readonly checks: readonly PlanCheck[];
  readonly summary: PlanSummary;
}
