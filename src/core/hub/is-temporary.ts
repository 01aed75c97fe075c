import { RmaError } from '../errors.ts';

/** Temporary faults: the same download may succeed later. */
const TEMPORARY: ReadonlySet<string> = new Set([
  'RMA_HUB_UNREACHABLE',
  'RMA_HUB_BUSY',
  'RMA_HUB_BAD_ANSWER',
  'RMA_STORE_LEASE_TIMEOUT',
  'RMA_STORE_LEASE_LOST',
  'RMA_STORE_CHANGED',
]);

/** Returns whether a retry may succeed (network, busy hub, lost lease), unlike 401, unknown model, no space or wrong hash. */
export function isTemporary(error: unknown): boolean {
  return error instanceof RmaError && TEMPORARY.has(error.code);
}

/** Returns whether the hub did not respond: no network, or the hub is down or overloaded. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof RmaError && (error.code === 'RMA_HUB_UNREACHABLE' || error.code === 'RMA_HUB_BUSY');
}
