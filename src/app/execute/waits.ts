import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { FetchModel, WorkerWait } from '../../core/plan/operation.ts';
import { throwIfEngineFailed } from '../observe/worker-status.ts';
import { whileEnginesRun } from './engine-guard.ts';
import type { Execution } from './execution.ts';
import { firstOf } from './first-of.ts';

/** Waits until one of the workers that own a model reports it as present. @throws RmaError the fault of a worker that failed */
export async function waitForFetch(
  { workers, signal }: Execution,
  { ref, workers: owners }: FetchModel,
): Promise<void> {
  const hasModel = ({ models }: WorkerStatus): boolean =>
    models.some((model) => model.ref === ref && model.state === 'present');
  await firstOf(
    signal,
    owners.map((owner) => (enough) => workers.until(owner, hasModel, enough)),
  );
}

/** Waits until a worker has all its models. @throws RmaError the fault of a worker that failed */
export async function waitForModels({ workers, signal }: Execution, { service }: WorkerWait): Promise<void> {
  await workers.until(service, hasModels, signal);
}

/**
 * Waits until the engines of a worker answer and it is registered.
 * @throws RmaError the fault of the worker or of an engine, RMA_ENGINE_FAILED (1), RMA_UP_TIMEOUT (7)
 */
export async function waitUntilReady(execution: Execution, { service, engines }: WorkerWait): Promise<void> {
  await whileEnginesRun(execution, engines, async (signal) => {
    throwIfEngineFailed(await execution.workers.until(service, isSettled, signal));
  });
}

function hasModels({ state }: WorkerStatus): boolean {
  return state !== 'checking' && state !== 'downloading' && state !== 'verifying';
}

/** Ready, or with an engine that waiting alone does not repair. */
function isSettled({ state, registered, engines }: WorkerStatus): boolean {
  return (state === 'ready' && registered) || engines.some(({ fault }) => fault !== undefined);
}
