import { volumeOf } from '../core/docker/volume-of.ts';
import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { roleOf } from '../core/domain/container.ts';
import type { HostReport } from '../core/domain/host-facts.ts';
import { COORDINATOR_SERVICE } from '../core/domain/registration.ts';
import type { WorkerStatus } from '../core/domain/worker-status.ts';
import type { ErrorDocument } from '../core/errors.ts';
import {
  MISSING_MODELS,
  NO_CONTAINER,
  type ServiceTrouble,
  troubleOf,
} from '../core/plan/service-trouble.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { hostReport } from './observe/host-report.ts';
import { lostGpus } from './observe/lost-gpus.ts';
import { observedContainers, workerReplies } from './observe/observe-workers.ts';
import { projectContainers } from './observe/project-containers.ts';
import { requireDocker } from './observe/require-docker.ts';
import { type WorkerReply, workerReply } from './observe/worker-status.ts';

/** A service that `rma up` starts, restarts or recreates. */
export interface ReportedTrouble extends ServiceTrouble {
  readonly service: string;
}

export interface WorkerReport {
  readonly service: string;
  readonly container: ContainerFacts;
  /** null if the worker is not running or does not respond */
  readonly status: WorkerStatus | null;
  /** engines of this profile that lost their GPUs */
  readonly lost: readonly ErrorDocument[];
  /** what is wrong with this worker and its engines, in the words of a plan */
  readonly troubles: readonly ReportedTrouble[];
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
  const [lost, replies] = await Promise.all([
    lostGpus(host, invocation, containers),
    workerReplies(containers, (container) => workerReply(host, invocation, container)),
  ]);
  const troubles = troublesOf(containers, replies, lost);
  return containers
    .filter((container) => roleOf(container) === 'worker')
    .map((container) => ({
      service: container.service,
      container,
      status: statusOf(replies.get(container.service)),
      lost: [...lost].flatMap(([service, fault]) => (servesFor(service, container) ? [fault] : [])),
      troubles: troubles.filter(({ service }) => concerns(service, container)),
    }));
}

/** Returns whether a worker cannot work without a service: its own, its engines and the coordinator. */
function concerns(service: string, worker: ContainerFacts): boolean {
  return service === worker.service || service === COORDINATOR_SERVICE || servesFor(service, worker);
}

function statusOf(reply: WorkerReply | undefined): WorkerStatus | null {
  return reply?.kind === 'status' ? reply.status : null;
}

/**
 * Returns the troubles of services. A lost GPU has an error of its own, and a plan compares the store with the desired
 * models, which the worker reports here.
 */
function troublesOf(
  containers: readonly ContainerFacts[],
  replies: ReadonlyMap<string, WorkerReply>,
  lost: ReadonlyMap<string, ErrorDocument>,
): readonly ReportedTrouble[] {
  const found = observedContainers(containers, replies)
    .filter(({ service }) => !lost.has(service))
    .flatMap((container) => {
      const reported = statusOf(replies.get(container.service));
      const trouble = troubleOf(container) ?? (reported !== null && lacksModels(reported) ? MISSING : null);
      return trouble === null ? [] : [{ service: container.service, ...trouble }];
    });
  return [...found, ...removedEngines(containers, replies)];
}

/** Returns the engines without a container of workers that used them; while `up` runs, engines are started after their worker. */
function removedEngines(
  containers: readonly ContainerFacts[],
  replies: ReadonlyMap<string, WorkerReply>,
): readonly ReportedTrouble[] {
  const services = new Set(containers.map(({ service }) => service));
  const engines = containers.flatMap((container) => {
    const reported = statusOf(replies.get(container.service));
    return reported?.state === 'degraded' ? reported.engines.map(({ service }) => service) : [];
  });
  return [...new Set(engines)]
    .filter((service) => !services.has(service))
    .map((service) => ({ service, kind: 'start-service', cause: NO_CONTAINER }));
}

const MISSING: ServiceTrouble = { kind: 'restart-service', cause: MISSING_MODELS };

function lacksModels({ state, models }: WorkerStatus): boolean {
  return state === 'degraded' && models.some((model) => model.state !== 'present');
}

function servesFor(service: string, { engines }: ContainerFacts): boolean {
  return engines === null || engines.includes(service);
}
