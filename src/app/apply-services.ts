import type { RmaConfig } from '../core/model/config.ts';
import type { WorkerStatus } from '../core/model/worker-status.ts';
import type { ServiceOperation } from '../core/plan/operation.ts';
import type { Box } from '../ports/box.ts';
import type { ComposeProject } from '../ports/docker-cli.ts';
import { projectFiles } from './box-settings.ts';
import { followWorker } from './follow-worker.ts';
import type { Wanted } from './make-desired.ts';
import { step } from './step.ts';
import { watchEngines } from './watch-engines.ts';

const UP = new Set<ServiceOperation['kind']>(['start-service', 'recreate-service', 'restart-service']);
const AWAY = new Set<ServiceOperation['kind']>(['stop-service', 'remove-service']);

/**
 * Starts, replaces and removes services: workers and coordinator first, then, with the models verified, the engines;
 * ends when every worker is ready.
 * @throws RmaError what a worker failed with; RMA_ENGINE_FAILED (1) when an engine does not stay up
 */
export async function applyServices(
  box: Box,
  config: RmaConfig,
  wanted: Wanted,
  operations: readonly ServiceOperation[],
): Promise<void> {
  if (operations.length === 0) return;
  const project: ComposeProject = { name: config.project, file: projectFiles(config).compose };
  const workers = workersOf(wanted, operations);
  await drain(box, project, wanted, operations);
  await remove(box, project, operations);
  await start(box, project, operations, 'coordinator', 'starting the coordinator');
  await startWorkers(box, project, operations, workers);
  await Promise.all(workers.map(async (worker) => followWorker(box, config.project, worker, hasItsModels)));
  await start(box, project, operations, 'engine', 'starting the engines');
  await watchEngines(box, config.project, async (watched) => {
    await Promise.all(workers.map(async (worker) => followWorker(watched, config.project, worker, isReady)));
  });
}

function hasItsModels(status: WorkerStatus): boolean {
  return !['checking', 'downloading', 'verifying'].includes(status.state);
}

function isReady(status: WorkerStatus): boolean {
  return status.state === 'ready';
}

/** Workers of every profile that the operations touch. */
function workersOf(wanted: Wanted, operations: readonly ServiceOperation[]): readonly string[] {
  const touched = new Set(operations.filter(({ kind }) => UP.has(kind)).map(({ service }) => service));
  return wanted.selection.profiles
    .filter(({ worker, services }) => touched.has(worker) || services.some((service) => touched.has(service)))
    .map(({ worker }) => worker);
}

/** Before an engine goes, its worker leaves the coordinator and lets requests in flight finish. */
async function drain(
  box: Box,
  project: ComposeProject,
  wanted: Wanted,
  operations: readonly ServiceOperation[],
): Promise<void> {
  const going = new Set(
    operations
      .filter(({ kind, role }) => role === 'engine' && kind !== 'start-service')
      .map(({ service }) => service),
  );
  const workers = wanted.selection.profiles
    .filter(({ services }) => services.some((service) => going.has(service)))
    .map(({ worker }) => worker);
  if (workers.length === 0) return;
  await step(box, 'letting requests in flight finish', () => box.cli.stop(project, workers, box.signal));
}

async function remove(
  box: Box,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
): Promise<void> {
  const services = operations.filter(({ kind }) => AWAY.has(kind)).map(({ service }) => service);
  if (services.length === 0) return;
  await step(box, `removing ${services.join(', ')}`, async () => {
    const gone = (await box.docker.containers(project.name)).filter(({ service }) =>
      services.includes(service),
    );
    await box.docker.stop(gone.map(({ id }) => id));
    await box.docker.remove(gone.map(({ id }) => id));
  });
}

/** Also those that were stopped to drain. */
async function startWorkers(
  box: Box,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  workers: readonly string[],
): Promise<void> {
  if (workers.length === 0) return;
  await step(box, 'starting the worker', () => bringUp(box, project, operations, workers));
}

async function start(
  box: Box,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  role: ServiceOperation['role'],
  text: string,
): Promise<void> {
  const services = operations
    .filter((op) => op.role === role && UP.has(op.kind))
    .map(({ service }) => service);
  if (services.length === 0) return;
  await step(box, text, () => bringUp(box, project, operations, services));
}

/** Compose leaves a container alone whose definition is the same: what is to be restarted is made anew. */
async function bringUp(
  box: Box,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  services: readonly string[],
): Promise<void> {
  const restarted = new Set(
    operations.filter(({ kind }) => kind === 'restart-service').map(({ service }) => service),
  );
  for (const recreate of [true, false]) {
    const these = services.filter((service) => restarted.has(service) === recreate);
    if (these.length === 0) continue;
    await box.cli.up(project, these, { noDeps: true, recreate, signal: box.signal });
  }
}
