import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { usersOf } from '../../core/plan/engine-users.ts';
import type { Operation, ServiceOperation } from '../../core/plan/operation.ts';
import type { ComposeProject } from '../../ports/docker-cli.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Wanted } from '../desired/make-desired.ts';
import { step } from '../desired/step.ts';
import { projectContainers } from '../observe/project-containers.ts';
import { projectFiles } from '../observe/project-files.ts';
import type { ApplyRequest } from './apply-request.ts';
import { checkGpusInside } from './check-gpus-inside.ts';
import { followWorker } from './follow-worker.ts';
import { watchEngines } from './watch-engines.ts';

const UP = new Set<ServiceOperation['kind']>(['start-service', 'recreate-service', 'restart-service']);
const AWAY = new Set<ServiceOperation['kind']>(['remove-service']);

/**
 * Starts, replaces and removes services: workers and coordinator first, then, with the models verified, the engines;
 * ends when every worker is ready.
 * @throws RmaError what a worker failed with; RMA_GPU_MISMATCH, RMA_GPU_NOT_VISIBLE (1) when a container sees other GPUs than
 * planned; RMA_ENGINE_FAILED (1) when an engine does not stay up, RMA_UP_TIMEOUT (7)
 */
export async function applyServices(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'clock' | 'reporter' | 'signal'>,
  { config, wanted, operations: all, waitSeconds }: ApplyRequest<Operation>,
): Promise<void> {
  const operations = all.filter(isServiceOperation);
  const workers = all.flatMap((operation) =>
    operation.kind === 'wait-until-ready' ? operation.service : [],
  );
  if (operations.length === 0 && workers.length === 0) return;
  const project: ComposeProject = { name: config.project, file: projectFiles(config).compose };
  const drained = await drain(host, invocation, project, wanted, operations);
  await remove(host, invocation, project, operations);
  await start(host, invocation, project, operations, 'coordinator', 'starting the coordinator');
  await startWorkers(host, invocation, project, operations, drained);
  await Promise.all(
    workers.map(async (worker) =>
      followWorker(host, invocation, {
        project: config.project,
        service: worker,
        until: hasItsModels,
        engines: false,
      }),
    ),
  );
  await start(host, invocation, project, operations, 'engine', 'starting the engines');
  const started = new Set(operations.filter(({ kind }) => UP.has(kind)).map(({ service }) => service));
  const placed = wanted.placed.placed.services.filter(({ service }) => started.has(service));
  const follow = async (signal: AbortSignal): Promise<void> => {
    const watched = { ...invocation, signal };
    await checkGpusInside(host, watched, { project: config.project, services: placed });
    await Promise.all(
      workers.map(async (worker) =>
        followWorker(host, watched, {
          project: config.project,
          service: worker,
          until: isReady,
          engines: true,
        }),
      ),
    );
  };
  await watchEngines(host, invocation, { project: config.project, seconds: waitSeconds, work: follow });
}

function hasItsModels(status: WorkerStatus): boolean {
  return !['checking', 'downloading', 'verifying'].includes(status.state);
}

function isReady(status: WorkerStatus): boolean {
  return status.state === 'ready' && status.registered;
}

function isServiceOperation(operation: Operation): operation is ServiceOperation {
  return 'role' in operation;
}

/**
 * Before an engine goes, every worker that uses it leaves the coordinator and lets requests in flight finish: also one
 * that will use another engine from now on, which only its container knows. Those that are removed drain as they go.
 */
async function drain(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  project: ComposeProject,
  wanted: Wanted,
  operations: readonly ServiceOperation[],
): Promise<readonly string[]> {
  const going = operations
    .filter(({ kind, role }) => role === 'engine' && kind !== 'start-service')
    .map(({ service }) => service);
  if (going.length === 0) return [];
  const containers = await projectContainers(host, project.name);
  const using = new Set(
    going
      .flatMap((engine) => usersOf(engine, containers))
      .filter(({ state }) => state === 'running')
      .map(({ service }) => service),
  );
  const workers = wanted.selection.profiles.map(({ worker }) => worker).filter((worker) => using.has(worker));
  if (workers.length === 0) return [];
  await step(invocation, 'letting requests in flight finish', () =>
    host.docker.stop(project, workers, invocation.signal),
  );
  return workers;
}

async function remove(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'reporter'>,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
): Promise<void> {
  const going = operations.filter(({ kind }) => AWAY.has(kind));
  if (going.length === 0) return;
  const workers = going.filter(({ role }) => role === 'worker');
  const others = going.filter(({ role }) => role !== 'worker');
  await step(invocation, `removing ${going.map(({ service }) => service).join(', ')}`, async () => {
    const containers = await projectContainers(host, project.name);
    // a worker drains while it stops: its engines serve on until it is gone
    for (const group of [workers, others]) {
      const services = new Set(group.map(({ service }) => service));
      const ids = containers.filter(({ service }) => services.has(service)).map(({ id }) => id);
      await host.engine.stop(ids);
      await host.engine.remove(ids);
    }
  });
}

/** Also those that were stopped to drain. */
async function startWorkers(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  drained: readonly string[],
): Promise<void> {
  const own = operations.filter(({ role, kind }) => role === 'worker' && UP.has(kind));
  const workers = [...new Set([...own.map(({ service }) => service), ...drained])];
  if (workers.length === 0) return;
  await step(invocation, 'starting the worker', () => bringUp(host, invocation, project, own, workers));
}

async function start(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  role: ServiceOperation['role'],
  text: string,
): Promise<void> {
  const own = operations.filter((operation) => operation.role === role && UP.has(operation.kind));
  const services = own.map(({ service }) => service);
  if (services.length > 0)
    await step(invocation, text, () => bringUp(host, invocation, project, own, services));
}

/** What is to be restarted is made anew: Compose takes a container that runs for good, whatever it does. */
async function bringUp(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  project: ComposeProject,
  operations: readonly ServiceOperation[],
  services: readonly string[],
): Promise<void> {
  const options = { noDeps: true, signal: invocation.signal };
  const anew = operations.filter(({ kind }) => kind === 'restart-service').map(({ service }) => service);
  const others = services.filter((service) => !anew.includes(service));
  if (anew.length > 0) await host.docker.up(project, anew, { ...options, recreate: true });
  if (others.length > 0) await host.docker.up(project, others, { ...options, recreate: false });
}
