import type { FetchResult } from '../../app/fetch/fetch-result.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError, toErrorDocument } from '../../core/errors.ts';
import { isTemporary } from '../../core/hub/is-temporary.ts';
import { checked, isComplete } from '../../core/worker/model-progress.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelFetcher } from '../model-fetcher.ts';
import type { StatusBoard } from '../status/status-board.ts';

const PAUSES = { firstMs: 2_000, longestMs: 60_000 };

export interface ModelsPhase {
  readonly fetcher: ModelFetcher;
  readonly board: StatusBoard;
  readonly clock: Clock;
  /** in [0, 1): spreads the pauses of many workers */
  readonly random: () => number;
}

/** Checks whether every model has a valid receipt, and updates the board. Contacts no hub. */
export async function checkModels(
  phase: Pick<ModelsPhase, 'fetcher' | 'board'>,
  models: readonly PinnedModel[],
): Promise<boolean> {
  const checks = await phase.fetcher.check(models);
  for (const check of checks) phase.board.model(checked(check));
  return checks.every((check) => check.state === 'present');
}

/**
 * Downloads until every model is present. Temporary faults are retried with back-off, which is reset by received bytes.
 * @throws RmaError the first permanent fault, or the signal's reason
 */
export async function fetchModels(
  phase: ModelsPhase,
  models: readonly PinnedModel[],
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    const before = doneBytes(phase.board);
    const outcomes = await fetchOnce(phase, models, signal);
    const failed = outcomes.filter((outcome) => outcome.state === 'failed');
    if (failed.length === 0) return;
    const permanent = failed.find((outcome) => !isTemporary(outcome.error));
    if (permanent !== undefined) throw asRmaError(permanent.error);
    if (doneBytes(phase.board) > before) failures = 1;
    const pauseMs = backoffMs(failures, phase.random(), PAUSES);
    noteRetry(phase.board, failed, pauseMs);
    await phase.clock.sleep(pauseMs, signal);
  }
}

/**
 * Tries to download each model once, and updates the board.
 * @throws Error the signal's reason
 */
export async function fetchOnce(
  { fetcher, board }: Pick<ModelsPhase, 'fetcher' | 'board'>,
  models: readonly PinnedModel[],
  signal: AbortSignal,
): Promise<readonly FetchResult[]> {
  board.input('models-missing');
  const outcomes = await fetcher.fetch(models, {
    signal,
    onProgress(progress) {
      board.model(progress);
      board.input(isComplete(board.status.models) ? 'bytes-complete' : 'models-missing');
    },
  });
  signal.throwIfAborted();
  return outcomes;
}

function noteRetry(
  board: StatusBoard,
  failed: readonly Extract<FetchResult, { state: 'failed' }>[],
  pauseMs: number,
): void {
  for (const { ref, error } of failed) {
    const known = board.status.models.find((model) => model.ref === ref);
    if (known === undefined) continue;
    const note = `${toErrorDocument(error).message}; retrying in ${Math.ceil(pauseMs / 1000)} s`;
    board.model({ ...known, state: 'waiting', bytesPerSecond: null, etaSeconds: null, note });
  }
}

function doneBytes(board: StatusBoard): number {
  return board.status.models.reduce((sum, model) => sum + model.doneBytes, 0);
}

/** Returns any error as an RmaError. */
export function asRmaError(error: unknown): RmaError {
  if (error instanceof RmaError) return error;
  const { code, message } = toErrorDocument(error);
  return new RmaError(code, message, { cause: error });
}
