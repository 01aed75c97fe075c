import { EXIT, RmaError } from '../core/errors.ts';
import type { FetchOutcome } from './model-fetcher.ts';

/** The one error of a fetch of several models; null when all are present. Exit 8 only when another model succeeded. */
export function fetchFailure(outcomes: readonly FetchOutcome[]): RmaError | null {
  const failed = outcomes.filter((outcome) => outcome.state === 'failed');
  const first = failed[0];
  if (first === undefined) return null;
  if (failed.length === outcomes.length) return first.error;
  const list = failed.map(({ ref, error }) => `${ref}: ${error.message}`).join('; ');
  return new RmaError('RMA_MODELS_PARTIAL', `${failed.length} of ${outcomes.length} models failed: ${list}`, {
    exitCode: EXIT.partial,
    ...(first.error.hint === undefined ? {} : { hint: first.error.hint }),
  });
}
