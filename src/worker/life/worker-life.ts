import type { EngineProbe } from '../../adapters/engine/engine-probe.ts';
import type { WorkerConfig } from '../../core/domain/worker-config.ts';
import { RmaError } from '../../core/errors.ts';
import { needsOf } from '../../core/worker/needs-of.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import type { GroupMember } from '../group/group-member.ts';
import type { Log } from '../log/log.ts';
import type { ModelFetcher } from '../model-fetcher.ts';
import type { StatusBoard } from '../status/status-board.ts';
import { drain } from './drain.ts';
import { asRmaError, checkModels, fetchModels } from './models.ts';
import type { Registrar } from './registrar.ts';
import { serve } from './serve.ts';

export interface WorkerLife {
  readonly config: WorkerConfig;
  readonly board: StatusBoard;
  readonly store: Pick<ModelStore, 'prepare' | 'recordNeeds'>;
  readonly uses: ModelUses;
  readonly fetcher: ModelFetcher;
  readonly probe: EngineProbe;
  /** null: the profile runs on this host alone */
  readonly group: GroupMember | null;
  readonly registrar: Registrar;
  readonly clock: Clock;
  /** in [0, 1): spreads the pauses of many workers */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Runs a worker until `stop` is aborted: models, engines, coordinator, heartbeats; models again if one is missing in the
 * store. A permanent fault leads to `failed`, in which the worker only reports its state. Never throws.
 */
export async function runWorkerLife(life: WorkerLife, stop: AbortSignal): Promise<void> {
  const { board, clock } = life;
  const startedAt = new Date(clock.now()).toISOString();
  try {
    for (;;) {
      await ensureModels(life, stop);
      await serve({ ...life, startedAt, modelsPresent: () => checkModels(life, life.config.models) }, stop);
      await life.registrar.leave(life.config.worker, stop);
      board.registered(false);
      board.input('models-missing');
    }
  } catch (error) {
    if (!stop.aborted) await failUntil(life, error, stop);
  }
  const serving = board.status.state === 'ready' || board.status.state === 'degraded';
  board.input('stop');
  if (serving) await drain({ ...life, engines: board.status.engines, startedAt });
  // a registration may have arrived even without a response
  else await life.registrar.leave(life.config.worker, new AbortController().signal);
  board.registered(false);
}

async function ensureModels(life: WorkerLife, stop: AbortSignal): Promise<void> {
  const { config, store, board } = life;
  if (await isFilledByOthers(life)) return board.input('models-present');
  await store.recordNeeds(needsOf(config));
  stop.throwIfAborted();
  if (await checkModels(life, config.models)) await life.fetcher.remember(config.models);
  else await fetchModels(life, config.models, stop);
  board.input('models-present');
}

/**
 * Prepares the store. Returns true if it is read-only and has every model: another process fills it, as the Job of an export
 * to Kubernetes does.
 * @throws RmaError RMA_STORE_*
 */
async function isFilledByOthers(life: WorkerLife): Promise<boolean> {
  try {
    await life.store.prepare();
    return false;
  } catch (error) {
    const isReadOnly = error instanceof RmaError && error.code === 'RMA_STORE_READ_ONLY';
    if (isReadOnly && (await checkModels(life, life.config.models))) return true;
    throw error;
  }
}

async function failUntil({ board, log }: WorkerLife, error: unknown, stop: AbortSignal): Promise<void> {
  board.fail(asRmaError(error));
  board.registered(false);
  log.error('the worker is idle until it is restarted');
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
