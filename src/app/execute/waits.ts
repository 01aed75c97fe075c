import type { ContainerFacts } from '../../core/domain/container.ts';
import { COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { FetchModel, WorkerWait } from '../../core/plan/operation.ts';
import { throwIfEngineFailed } from '../observe/worker-status.ts';
import { isUp, whileEnginesRun } from './engine-guard.ts';
import type { Execution } from './execution.ts';
import { firstOf } from './first-of.ts';

/** How long a program without a health check must run to count as up. */
const STEADY_MS = 5_000;

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
 * Waits until the engines of a worker respond and it is registered.
 * @throws RmaError the fault of the worker or of an engine, RMA_ENGINE_FAILED (1), RMA_UP_TIMEOUT (7)
 */
export async function waitUntilReady(execution: Execution, { service, engines }: WorkerWait): Promise<void> {
  await whileEnginesRun(execution, engines, async (signal) => {
    const containers = await execution.containers.current(signal);
    const since = lastStart(containers, [...engines, COORDINATOR_SERVICE]);
    const isSettled = (status: WorkerStatus): boolean => hasEngineFault(status) || isReady(status, since);
    const status = await execution.workers.until(service, isSettled, signal);
    throwIfEngineFailed(status);
    const probed = new Set(status.engines.map((engine) => engine.service));
    await untilRunning(
      execution,
      engines.filter((name) => !probed.has(name)),
      signal,
    );
  });
}

/**
 * Waits for programs without a port, which the worker cannot probe: they run, and pass their health check. Those without one
 * must keep running, because a program that fails at its start runs for a moment too.
 */
async function untilRunning(
  { containers, invocation }: Execution,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const areUp = (all: readonly ContainerFacts[]): readonly ContainerFacts[] | null => {
    const own = all.filter(({ service }) => services.includes(service));
    return services.every((name) => own.some((each) => each.service === name)) && own.every(isUp)
      ? own
      : null;
  };
  for (;;) {
    const up = await containers.waitFor(areUp, signal);
    if (up.every(({ health }) => health === 'healthy')) return;
    await invocation.clock.sleep(STEADY_MS, signal);
    await containers.refresh();
    const now = areUp(await containers.current(signal)) ?? [];
    const isSame = (was: ContainerFacts): boolean =>
      now.some(({ id, startedAt }) => id === was.id && startedAt === was.startedAt);
    if (up.every(isSame)) return;
  }
}

function hasModels({ state }: WorkerStatus): boolean {
  return state !== 'checking' && state !== 'downloading' && state !== 'verifying';
}

/** Whether waiting alone does not help. */
function hasEngineFault({ engines }: WorkerStatus): boolean {
  return engines.some(({ fault }) => fault !== undefined);
}

/** Returns whether the worker is ready since a time after the last restart, milliseconds since the Unix epoch. */
function isReady({ state, registered, confirmedAt }: WorkerStatus, since: number): boolean {
  return state === 'ready' && registered && (confirmedAt === undefined || Date.parse(confirmedAt) >= since);
}

/** Returns when the last of the services started, milliseconds since the Unix epoch. */
function lastStart(containers: readonly ContainerFacts[], services: readonly string[]): number {
  const used = containers.filter(({ service }) => services.includes(service));
  return Math.max(0, ...used.map(({ startedAt }) => startedAt ?? 0));
}
