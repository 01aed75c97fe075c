import type { ContainerFacts } from '../../core/domain/container.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';
import { throwIfEngineFailed, throwIfFailed } from '../observe/worker-status.ts';

const PAUSE_MS = 250;
const SILENT_TRIES = 80;

/** The worker is where it was wanted, or it said that it will not get there. */
export interface Followed {
  readonly service: string;
  readonly status: WorkerStatus;
}

export interface FollowRequest {
  readonly project: string;
  readonly service: string;
  readonly until: (status: WorkerStatus) => boolean;
  /** whether a fault of an engine ends it too; not while engines are still to be replaced */
  readonly engines: boolean;
}

/**
 * Shows a worker's progress until `until` holds, over restarts of its container.
 * @throws RmaError what the worker or one of its engines failed with; RMA_WORKER_STOPPED when its container ended or never answers
 */
export async function followWorker(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'clock' | 'reporter' | 'signal'>,
  { project, service, until, engines }: FollowRequest,
): Promise<Followed> {
  for (let silent = 0; silent < SILENT_TRIES; silent++) {
    const container = await workerContainer(host, project, service);
    if (container.state === 'running') {
      const isEnd = (status: WorkerStatus) =>
        until(status) || status.state === 'failed' || (engines && hasEngineFault(status));
      const last = await followOnce(host, invocation, container, isEnd);
      if (engines && last.reached) throwIfEngineFailed(last.reached);
      if (last.reached) return { service, status: last.reached };
      if (last.lines > 0) silent = 0;
    }
    await invocation.clock.sleep(PAUSE_MS, invocation.signal);
  }
  throw stopped(service, await tail(host, project, service));
}

async function followOnce(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  container: ContainerFacts,
  isEnd: (status: WorkerStatus) => boolean,
): Promise<{ readonly reached: WorkerStatus | null; readonly lines: number }> {
  const enough = new AbortController();
  let reached: WorkerStatus | null = null;
  let lines = 0;
  const onStdout = (line: string) => {
    const status = readWorkerStatus(line);
    lines++;
    if (reached === null) invocation.reporter.emit({ type: 'worker', status });
    if (isEnd(status)) {
      reached ??= status;
      enough.abort();
    }
  };
  const signal = AbortSignal.any([enough.signal, invocation.signal]);
  const argv = ['rma-worker', 'status', '--json', '--follow', '--while-stdin'];
  try {
    await host.docker.exec(container.id, argv, { onStdout, signal, openStdin: true });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
  if (reached !== null) throwIfFailed(reached);
  return { reached, lines };
}

function hasEngineFault({ engines }: WorkerStatus): boolean {
  return engines.some(({ fault }) => fault !== undefined);
}

async function workerContainer(
  host: Pick<Host, 'engine'>,
  project: string,
  service: string,
): Promise<ContainerFacts> {
  const container = (await projectContainers(host, project)).find(
    (candidate) => candidate.service === service,
  );
  if (container === undefined || container.state === 'exited' || container.state === 'dead') {
    throw stopped(service, await tail(host, project, service));
  }
  return container;
}

async function tail(
  host: Pick<Host, 'engine'>,
  project: string,
  service: string,
): Promise<readonly string[]> {
  const container = (await projectContainers(host, project)).find(
    (candidate) => candidate.service === service,
  );
  return container === undefined ? [] : host.engine.logTail(container.id, 5);
}

function stopped(service: string, lines: readonly string[]): RmaError {
  const last = lines.at(-1);
  return new RmaError(
    'RMA_WORKER_STOPPED',
    `the worker ${service} does not run${last === undefined ? '' : `; it said last: ${last}`}`,
    {
      hint: `see its whole log: rma logs ${service}`,
      details: { log: lines },
    },
  );
}
