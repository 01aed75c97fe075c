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

/** Whether every model has a valid receipt; the board shows what was found. Contacts no hub. */
export async function checkModels(
  phase: Pick<ModelsPhase, 'fetcher' | 'board'>,
  models: readonly PinnedModel[],
): Promise<boolean> {
  const checks = await phase.fetcher.check(models);
  for (const check of checks) phase.board.model(checked(check));
  return checks.every((check) => check.state === 'present');
}

/**
 * Fetches until every model is present. Transient errors are retried after growing pauses, which are short again once
 * bytes arrive.
 * @throws RmaError the first lasting fault, or the signal's reason
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
    const lasting = failed.find((outcome) => !isTemporary(outcome.error));
    if (lasting !== undefined) throw asRmaError(lasting.error);
    if (doneBytes(phase.board) > before) failures = 1;
    const pauseMs = backoffMs(failures, phase.random(), PAUSES);
    noteRetry(phase.board, failed, pauseMs);
    await phase.clock.sleep(pauseMs, signal);
  }
}

/**
 * One round over the models, shown on the board.
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
    const note = `${toErrorDocument(error).message}; next try in ${Math.ceil(pauseMs / 1000)} s`;
    board.model({ ...known, state: 'waiting', bytesPerSecond: null, etaSeconds: null, note });
  }
}

function doneBytes(board: StatusBoard): number {
  return board.status.models.reduce((sum, model) => sum + model.doneBytes, 0);
}

/** An error of any kind as an RmaError, so that the worker can show it. */
export function asRmaError(error: unknown): RmaError {
  if (error instanceof RmaError) return error;
  const { code, message } = toErrorDocument(error);
  return new RmaError(code, message, { cause: error });
}
