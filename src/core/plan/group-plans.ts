import { EXIT } from '../errors.ts';
import { listed } from '../placement/device-name.ts';
import type { Operation } from './operation.ts';
import type { Plan, PlanCheck } from './plan-types.ts';
import { startedServices } from './running-after.ts';
import { summarise } from './summarise.ts';

/** A group of hosts that run a profile together. */
export interface SpanningGroup {
  readonly profile: string;
  /** which hosts, over which networks */
  readonly text: string;
  readonly members: readonly GroupMember[];
}

/** The services of one host in a group of hosts that run a profile together. */
export interface GroupMember {
  readonly host: string;
  readonly worker: string;
  readonly engines: readonly string[];
}

/**
 * Returns the operations with the wait for each worker of a group after the starts of its services on all hosts: the model starts
 * when all of them run. Nothing else waits for another host, so that a limit of hosts at the same time blocks none.
 */
export function followGroups(
  operations: readonly Operation[],
  groups: readonly Pick<SpanningGroup, 'members'>[],
): readonly Operation[] {
  return operations.map((operation) => {
    const { host } = operation;
    if (operation.kind !== 'wait-until-ready') return operation;
    const group = groups.find(({ members }) =>
      members.some((each) => each.host === host && each.worker === operation.service),
    );
    const others = (group?.members ?? []).filter((each) => each.host !== host);
    const starts = operations.filter((each) => others.some((member) => startsMember(each, member)));
    const after = [...new Set([...operation.after, ...starts.map(({ id }) => id)])];
    return { ...operation, after };
  });
}

function startsMember(operation: Operation, { host, worker, engines }: GroupMember): boolean {
  if (operation.host !== host) return false;
  const started = startedServices([operation]);
  return [worker, ...engines].some((service) => started.has(service));
}

/** Returns the plan of a host without what it does to some services: they stay as they are. */
export function withoutServices(plan: Plan, services: readonly string[]): Plan {
  const operations: Operation[] = [];
  // what follows a removed operation follows those that this one followed
  const removed = new Map<string, readonly string[]>();
  for (const operation of plan.operations) {
    const after = [...new Set(operation.after.flatMap((id) => removed.get(id) ?? [id]))];
    if (isOnlyFor(operation, services)) removed.set(operation.id, after);
    else operations.push({ ...operation, after });
  }
  return { ...plan, operations, summary: summarise(operations, plan.summary.freeBytes) };
}

function isOnlyFor(operation: Operation, services: readonly string[]): boolean {
  if ('service' in operation) return services.includes(operation.service);
  if (operation.kind !== 'fetch-model' || operation.workers.length === 0) return false;
  return operation.workers.every((each) => services.includes(each));
}

/** Returns a warning with the networks of each group whose engines a plan starts: they limit how fast it answers. */
export function spanChecks(
  operations: readonly Operation[],
  groups: readonly SpanningGroup[],
): readonly PlanCheck[] {
  const starting = groups.filter(({ members }) =>
    operations.some((operation) => members.some((member) => startsMember(operation, member))),
  );
  return starting.map(({ profile, text }) => ({
    level: 'warning',
    code: 'RMA_PLAN_SPAN',
    message: text,
    hint: 'use their fastest network, where no other machine can connect: hosts: { NAME: { interconnect: ADDRESS } } in rma.yaml',
    exitCode: EXIT.ok,
    details: { profile },
  }));
}

/** A profile that several hosts run together, some of which have no part in the plan. */
export interface WaitingGroup {
  readonly profile: string;
  readonly hosts: readonly string[];
  readonly missing: readonly string[];
}

/** Returns a warning for each profile whose hosts cannot all start it now. */
export function waitingChecks(groups: readonly WaitingGroup[]): readonly PlanCheck[] {
  return groups.map(({ profile, hosts, missing }) => ({
    level: 'warning',
    code: 'RMA_SPAN_WAITING',
    message: `profile ${profile} of hosts ${listed(hosts)} waits for ${listed(missing)}; nothing of it is started or changed`,
    hint: `run the command again when ${missing.length === 1 ? 'it responds' : 'they respond'} and all hosts are selected: rma up; to use other hosts: rma up --replan-lost`,
    exitCode: EXIT.ok,
    details: { profile },
  }));
}
