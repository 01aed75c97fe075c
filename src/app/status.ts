import { volumeOf } from '../core/docker/volume-of.ts';
import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { roleOf } from '../core/domain/container.ts';
import type { HostReport } from '../core/domain/host-facts.ts';
import { COORDINATOR_SERVICE } from '../core/domain/registration.ts';
import type { WorkerStatus } from '../core/domain/worker-status.ts';
import type { ErrorDocument } from '../core/errors.ts';
import { type ServiceTrouble, troubleOf } from '../core/plan/service-trouble.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { hostReport } from './observe/host-report.ts';
import { lostGpus } from './observe/lost-gpus.ts';
import { observedContainer } from './observe/observe-workers.ts';
import { projectContainers } from './observe/project-containers.ts';
import { requireDocker } from './observe/require-docker.ts';
import { workerStatus } from './observe/worker-status.ts';

export interface WorkerReport {
  readonly service: string;
  readonly container: ContainerFacts;
  /** null if the worker is not running or does not respond */
  readonly status: WorkerStatus | null;
  /** engines of this profile that lost their GPUs */
  readonly lost: readonly ErrorDocument[];
  /** what keeps it and its services from working, and that `rma up` repairs */
  readonly troubles: readonly ReportedTrouble[];
}

export interface ReportedTrouble extends ServiceTrouble {
  readonly service: string;
}

export interface StatusReport {
  readonly host: HostReport;
  readonly workers: readonly WorkerReport[];
}

/** Returns the host and what every worker of a project reports. @throws RmaError RMA_DOCKER_* or RMA_COMPOSE_* (3) */
export async function status(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'facts'>,
  invocation: Pick<Invocation, 'signal'>,
  config: RmaConfig,
): Promise<StatusReport> {
  const engine = await requireDocker(host);
  const containers = await projectContainers(host, config.project);
  const volume = volumeOf(config, 'store');
  const [report, workers] = await Promise.all([
    hostReport(host, invocation, { engine, volume, containers }),
    workerReports(host, invocation, containers),
  ]);
  return { host: report, workers };
}

async function workerReports(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<readonly WorkerReport[]> {
  const workers = containers.filter((container) => roleOf(container) === 'worker');
  const running = workers.filter(({ state }) => state === 'running');
  const [lost, networks, answers] = await Promise.all([
    lostGpus(host, invocation, containers),
    host.engine.networks(),
    Promise.all(
      running.map(async ({ id, service }) => [service, await workerStatus(host, invocation, id)] as const),
    ),
  ]);
  const statuses = new Map(answers);
  const troubles = containers.flatMap((container): readonly ReportedTrouble[] => {
    const trouble = troubleOf(observedContainer(container, statuses), networks);
    return trouble === null ? [] : [{ service: container.service, ...trouble }];
  });
  return workers.map((worker) => ({
    service: worker.service,
    container: worker,
    status: statuses.get(worker.service) ?? null,
    lost: [...lost].flatMap(([service, fault]) => (servesFor(service, worker) ? [fault] : [])),
    troubles: troubles.filter(({ service }) => concerns(service, worker)),
  }));
}

/** Returns whether a worker cannot work without a service: its own, its engines and the coordinator. */
function concerns(service: string, worker: ContainerFacts): boolean {
  return service === worker.service || service === COORDINATOR_SERVICE || servesFor(service, worker);
}

function servesFor(service: string, { engines }: ContainerFacts): boolean {
  return engines === null || engines.includes(service);
}
