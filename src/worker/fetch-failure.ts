import { EXIT, type ExitCode, RmaError } from '../core/errors.ts';
import { asRmaError } from './life/models.ts';
import type { FetchOutcome } from './model-fetcher.ts';

/** The one error of a fetch of several models; null when all are present. Exit 8 only when another model succeeded. */
export function fetchFailure(outcomes: readonly FetchOutcome[]): RmaError | null {
  const failed = outcomes.filter((outcome) => outcome.state === 'failed');
  const errors = failed.map(({ error }) => asRmaError(error));
  const first = errors[0];
  if (first === undefined) return null;
  if (failed.length === 1 && outcomes.length === 1) return first;
  const list = failed.map(({ ref }, index) => `${ref}: ${errors[index]?.message}`).join('; ');
  return new RmaError('RMA_MODELS_FAILED', `${failed.length} of ${outcomes.length} models failed: ${list}`, {
    exitCode: exitCode(errors, outcomes.length),
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}

function exitCode(errors: readonly RmaError[], all: number): ExitCode {
  if (errors.length < all) return EXIT.partial;
  const codes = new Set(errors.map((error) => error.exitCode));
  return codes.size === 1 ? (errors[0]?.exitCode ?? EXIT.failed) : EXIT.failed;
}
