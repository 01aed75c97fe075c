import { RmaError } from '../errors.ts';

/** Faults that can go away by themselves: the same fetch may succeed later. */
const PASSING: ReadonlySet<string> = new Set([
  'RMA_HUB_UNREACHABLE',
  'RMA_HUB_BUSY',
  'RMA_HUB_BAD_ANSWER',
  'RMA_STORE_LEASE_TIMEOUT',
  'RMA_STORE_LEASE_LOST',
  'RMA_STORE_CHANGED',
]);

/** Whether to try again after a pause (network, busy hub, lost lease) or to stop and tell (401, no such model, no room, wrong hash). */
export function isPassing(error: unknown): boolean {
  return error instanceof RmaError && PASSING.has(error.code);
}
