import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import type { ObservedContainer } from '../../core/domain/observed.ts';
import { COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import type { EngineStatus } from '../../core/domain/worker-status.ts';
import type { ErrorCode, ErrorDocument } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { lostGpus } from './lost-gpus.ts';
import { plannedReply, type WorkerReply } from './worker-status.ts';

/** Returns the containers of a project with what its workers and GPU drivers report. Runs a command in each of those. */
export async function observeWorkers(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<readonly ObservedContainer[]> {
  const [replies, lost] = await Promise.all([
    workerReplies(containers, (container) => plannedReply(host, invocation, container)),
    lostGpus(host, invocation, containers),
  ]);
  return observedContainers(containers, replies, lost);
}

/** Asks the workers of running containers at the same time. Returns their replies, by service. */
export async function workerReplies(
  containers: readonly ContainerFacts[],
  ask: (container: ContainerFacts) => Promise<WorkerReply>,
): Promise<ReadonlyMap<string, WorkerReply>> {
  const workers = containers.filter((each) => each.state === 'running' && roleOf(each) === 'worker');
  return new Map(await Promise.all(workers.map(async (each) => [each.service, await ask(each)] as const)));
}

/** Returns the containers with the replies of the workers, and with the engines that lost their GPUs. */
export function observedContainers(
  containers: readonly ContainerFacts[],
  replies: ReadonlyMap<string, WorkerReply> = new Map(),
  lost: ReadonlyMap<string, ErrorDocument> = new Map(),
): readonly ObservedContainer[] {
  const faults = new Map([...lostCodes(lost), ...reportedFaults(replies)]);
  const silent = new Map([...silentWorkers(replies), ...silentEngines(containers, replies)]);
  return containers.map((container): ObservedContainer => {
    const { service } = container;
    const reply = replies.get(service);
    return {
      ...container,
      role: roleOf(container),
      worker: reply?.kind === 'status' ? reply.status : null,
      engineFault: faults.get(service) ?? null,
      silence: silent.get(service) ?? null,
    };
  });
}

type Named<T> = readonly [service: string, value: T];

function lostCodes(lost: ReadonlyMap<string, ErrorDocument>): readonly Named<ErrorCode>[] {
  return [...lost].map(([service, { code }]) => [service, code]);
}

function reportedFaults(replies: ReadonlyMap<string, WorkerReply>): readonly Named<ErrorCode>[] {
  return [...replies.values()].flatMap((reply) =>
    reply.kind !== 'status'
      ? []
      : reply.status.engines.flatMap(({ service, fault }): Named<ErrorCode>[] =>
          fault === undefined ? [] : [[service, fault.code]],
        ),
  );
}

function silentWorkers(replies: ReadonlyMap<string, WorkerReply>): readonly Named<string>[] {
  return [...replies].flatMap(([service, reply]): Named<string>[] =>
    reply.kind === 'silent' ? [[service, reply.reason]] : [],
  );
}

/** Returns the engines that hang, and the project's own coordinator. A worker that is not connected to its network reaches none, whatever their state. */
function silentEngines(
  containers: readonly ContainerFacts[],
  replies: ReadonlyMap<string, WorkerReply>,
): readonly Named<string>[] {
  const started = new Map(containers.map(({ service, startedAt }) => [service, startedAt ?? 0]));
  return containers
    .filter(({ lostNetwork }) => lostNetwork === null)
    .flatMap(({ service }) => {
      const reply = replies.get(service);
      if (reply?.kind !== 'status') return [];
      const { engines, coordinatorNote } = reply.status;
      const hung = engines.filter((engine) => hangs(engine, started.get(engine.service) ?? 0));
      return [
        ...hung.map(({ service: engine, note = 'no response' }): Named<string> => [engine, note]),
        ...(coordinatorNote === undefined ? [] : [[COORDINATOR_SERVICE, coordinatorNote] as const]),
      ];
    });
}

/** An engine that has not responded since it started is loading its models. @param startedAt milliseconds since the Unix epoch */
function hangs({ state, respondedAt }: EngineStatus, startedAt: number): boolean {
  return state === 'down' && respondedAt !== undefined && Date.parse(respondedAt) >= startedAt;
}
