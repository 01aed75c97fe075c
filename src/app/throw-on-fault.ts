import { RmaError } from '../core/errors.ts';
import type { PlanCheck } from '../core/plan/plan-types.ts';

/** Throws the first fault of a plan, with the messages of the others in its details. */
export function throwOnFault(checks: readonly PlanCheck[]): void {
  const faults = checks.filter(({ level }) => level === 'error');
  const [first, ...rest] = faults;
  if (first === undefined) return;
  const details =
    rest.length === 0 ? first.details : { ...first.details, also: rest.map(({ message }) => message) };
  throw new RmaError(first.code, first.message, { exitCode: first.exitCode, hint: first.hint, details });
}
