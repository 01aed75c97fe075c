import type { ContainerFacts } from '../core/domain/container.ts';
import { roleOf } from '../core/domain/container.ts';
import type { WorkerStatus } from '../core/domain/worker-status.ts';
import type { ErrorDocument } from '../core/errors.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { lostGpus } from './observe/lost-gpus.ts';
import { projectContainers } from './observe/project-containers.ts';
import { requireDocker } from './observe/require-docker.ts';
import { workerStatus } from './observe/worker-status.ts';

export interface WorkerReport {
  readonly service: string;
  readonly container: ContainerFacts;
  /** null when the worker does not run or does not answer */
  readonly status: WorkerStatus | null;
  /** engines of this profile that lost their GPUs */
  readonly lost: readonly ErrorDocument[];
}

/** What every worker of a project says of itself. */
export async function status(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  project: string,
): Promise<readonly WorkerReport[]> {
  await requireDocker(host);
  const containers = await projectContainers(host, project);
  const lost = await lostGpus(host, invocation, containers);
  const workers = containers.filter((container) => roleOf(container) === 'worker');
  return Promise.all(
    workers.map(async (container) => ({
      service: container.service,
      container,
      status: container.state === 'running' ? await workerStatus(host, invocation, container.id) : null,
      lost: [...lost].flatMap(([service, fault]) => (servesFor(service, container) ? [fault] : [])),
    })),
  );
}

function servesFor(service: string, { engines }: ContainerFacts): boolean {
  return engines === null || engines.includes(service);
}
