import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { ExitCode } from '../../core/errors.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { readFetchRequest } from '../../core/worker/read-fetch-request.ts';
import type { WorkerContext } from '../context.ts';
import { fetchFailure } from '../fetch-failure.ts';
import { checkModels, fetchOnce, type ModelsPhase } from '../life/models.ts';
import type { Invocation } from './invocation.ts';
import { runOneOff } from './one-off.ts';

/**
 * Runs `rma-worker fetch`: downloads the models of the request on stdin to the store, once. Prints a line of JSON
 * (WorkerStatus) per change; the last one contains the failure, if any. The exit code is that of the outcome.
 */
export async function fetch(invocation: Invocation): Promise<ExitCode> {
  const { models, needs } = readFetchRequest(await invocation.readStdin());
  const start = models.map((model) => unstarted(model.ref, pinnedBytes(model)));
  return runOneOff(
    invocation,
    { worker: 'fetch', models: start },
    async ({ store, uses, fetcher }, board) => {
      await store.prepare();
      if (needs !== undefined) await store.recordNeeds(needs);
      await fetchMissing({ fetcher, board, uses }, models, invocation.stop);
    },
  );
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
