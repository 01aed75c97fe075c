import { type FetchResult, fetchExitCode } from '../app/fetch/fetch-result.ts';
import { RmaError } from '../core/errors.ts';
import { asRmaError } from './life/models.ts';

/** Returns the error of a download with its exit code; null if all models are present. */
export function fetchFailure(results: readonly FetchResult[]): RmaError | null {
  const failed = results.filter((result) => result.state === 'failed');
  const errors = failed.map(({ error }) => asRmaError(error));
  const first = errors[0];
  if (first === undefined) return null;
  if (results.length === 1) return first;
  const list = failed.map(({ ref }, index) => `${ref}: ${errors[index]?.message}`).join('; ');
  return new RmaError('RMA_MODELS_FAILED', `${failed.length} of ${results.length} models failed: ${list}`, {
    exitCode: fetchExitCode(results),
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}
