import { CanceledError, RmaError } from '../../core/errors.ts';
import { errorOnHost } from '../../core/hosts/host-error.ts';
import type { HostOutcome } from './execute-hosts.ts';

/**
 * Returns why the operations of a host are incomplete; null when all are complete.
 * @param command the one that completes them, `up`
 * @throws what is no fault of the host
 */
export function hostFault(outcome: HostOutcome, command: string): RmaError | null {
  const { host } = outcome;
  if (outcome.outcome === 'done') return null;
  if (outcome.outcome === 'not-run') {
    return new RmaError('RMA_HOST_INCOMPLETE', `${host}: ${outcome.reason}`, {
      hint: `fix the failure on the other host, then run: rma ${command}`,
      details: { host, notRun: outcome.notRun },
    });
  }
  const { error } = outcome;
  if (!(error instanceof RmaError) || error instanceof CanceledError) throw error;
  return errorOnHost(error, host);
}
