import { EXIT, type RmaError } from '../errors.ts';

// A reference that does not exist and a fault of our own do not go away by asking again.
const LASTING = new Set<string>(['RMA_HUB_NOT_FOUND', 'RMA_INTERNAL_FAULT']);

/** Whether trying again later may help: the network, a busy hub, a lease that others hold. All else waits for a person. */
export function isPassing(error: RmaError): boolean {
  if (error.exitCode === EXIT.waitedTooLong) return true;
  return error.exitCode === EXIT.failed && !LASTING.has(error.code);
}
