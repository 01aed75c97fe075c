import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import type { ObservedContainer } from '../../core/domain/observed.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { lostGpus } from './lost-gpus.ts';
import { plannedWorkerStatus } from './worker-status.ts';

/** Returns the containers of a project with what its workers and GPU drivers report. Runs a command in each of those. */
export async function observeWorkers(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<readonly ObservedContainer[]> {
  const running = containers.filter(({ state }) => state === 'running');
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
  const faults = new Map([...lostCodes(lost), ...reportedFaults(workers)]);
  return containers.map((container) => observedContainer(container, workers, faults));
}

/** Returns a container with its reported status, if any. */
export function observedContainer(
  container: ContainerFacts,
  workers: ReadonlyMap<string, WorkerStatus | null> = new Map(),
  faults: ReadonlyMap<string, ErrorCode> = reportedFaults(workers),
): ObservedContainer {
  const { service } = container;
  const worker = workers.get(service) ?? null;
  return {
    ...container,
    role: roleOf(container),
    worker,
    engineFault: faults.get(service) ?? null,
  };
}

type ServiceFault = readonly [service: string, code: ErrorCode];

function lostCodes(lost: Awaited<ReturnType<typeof lostGpus>>): readonly ServiceFault[] {
  return [...lost].map(([service, { code }]) => [service, code]);
}

/** Returns the faults of engines that workers report, by service. */
function reportedFaults(workers: ReadonlyMap<string, WorkerStatus | null>): ReadonlyMap<string, ErrorCode> {
  const engines = [...workers.values()].flatMap((status) => status?.engines ?? []);
  return new Map(
    engines.flatMap(({ service, fault }): ServiceFault[] =>
      fault === undefined ? [] : [[service, fault.code]],
    ),
  );
}
