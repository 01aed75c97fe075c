import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { readFetchRequest } from '../../core/worker/read-fetch-request.ts';
import { createContext, type WorkerContext } from '../context.ts';
import { fetchFailure } from '../fetch-failure.ts';
import { asRmaError, checkModels, fetchOnce, type ModelsPhase } from '../life/models.ts';
import { openLog } from '../log/open-log.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { streamStatus } from '../status/stream-status.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker fetch`: downloads the models of the request on stdin to the store, once. Prints a line of JSON
 * (WorkerStatus) per change; the last one contains the failure, if any. The exit code is that of the outcome.
 */
export async function fetch({ env, clock, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { models, needs } = readFetchRequest(await readStdin());
  const start = models.map((model) => unstarted(model.ref, pinnedBytes(model)));
  const board = createStatusBoard({ worker: 'fetch', profile: '', models: start, engines: [] }, clock);
  const log = openLog(env, { clock, scope: () => board.status.state, progress: 'stderr' });
  const { store, uses, fetcher } = createContext(env, log);
  logStatus(board, log, clock);
  const end = streamStatus(board, clock, print);
  try {
    await store.prepare();
    if (needs !== undefined) await store.recordNeeds(needs);
    await fetchMissing({ fetcher, board, uses }, models, stop);
    return EXIT.ok;
  } catch (error) {
    if (!stop.aborted) board.fail(asRmaError(error));
    throw error;
  } finally {
    end();
    print(`${JSON.stringify(board.status)}\n`);
  }
}

async function fetchMissing(
  phase: Pick<ModelsPhase, 'fetcher' | 'board'> & Pick<WorkerContext, 'uses'>,
  models: readonly PinnedModel[],
  signal: AbortSignal,
): Promise<void> {
  if (await checkModels(phase, models)) {
    await phase.fetcher.remember(models);
    return phase.uses.record(models, null);
  }
  const outcomes = await fetchOnce(phase, models, signal);
  const failure = fetchFailure(outcomes);
  if (failure !== null) throw failure;
}
