import { type ContainerFacts, type ContainerSummary, roleOf } from '../../core/domain/container.ts';
import type { ObservedContainer, Snapshot } from '../../core/domain/snapshot.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { lostGpus } from './lost-gpus.ts';
import { inspectAll } from './project-containers.ts';
import { plannedWorkerStatus } from './worker-status.ts';

/** Returns the containers of a project with the status of its workers. */
export async function observeProject(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  listed: readonly ContainerSummary[],
): Promise<Pick<Snapshot, 'containers' | 'workers'>> {
  const found = await inspectAll(host, listed);
  const running = found.filter(({ state }) => state === 'running');
  const [statuses, lost] = await Promise.all([
    Promise.all(
      running
        .filter((container) => roleOf(container) === 'worker')
        .map(async ({ id, service }) => [service, await plannedWorkerStatus(host, invocation, id)] as const),
    ),
    lostGpus(host, invocation, running),
  ]);
  const workers = new Map(
    statuses.flatMap(([service, status]) => (status === null ? [] : [[service, status] as const])),
  );
  const faults = new Map([...lostCodes(lost), ...reportedCodes([...workers.values()])]);
  const containers = found.map((container) => observedContainer(container, workers, faults));
  return { containers, workers };
}

/** Returns a container with its reported status, if any. */
export function observedContainer(
  container: ContainerFacts,
  workers: ReadonlyMap<string, WorkerStatus> = new Map(),
  faults: ReadonlyMap<string, ErrorCode> = new Map(),
): ObservedContainer {
  const { service } = container;
  const worker = workers.get(service) ?? null;
  return { ...container, role: roleOf(container), worker, engineFault: faults.get(service) ?? null };
}

type ServiceFault = readonly [service: string, code: ErrorCode];

function lostCodes(lost: Awaited<ReturnType<typeof lostGpus>>): readonly ServiceFault[] {
  return [...lost].map(([service, { code }]) => [service, code]);
}

function reportedCodes(statuses: readonly WorkerStatus[]): readonly ServiceFault[] {
  return statuses.flatMap(({ engines }) =>
    engines.flatMap(({ service, fault }): ServiceFault[] =>
      fault === undefined ? [] : [[service, fault.code]],
    ),
  );
}
