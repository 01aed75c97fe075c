import type { MovedProfiles } from '../hosts/moved-profiles.ts';
import { followMoves } from './follow-moves.ts';
import { followGroups, type SpanningGroup } from './group-plans.ts';
import type { Operation } from './operation.ts';
import type { Plan, PlanCheck } from './plan-types.ts';
import { summarise } from './summarise.ts';

/** The plan of one host. */
export interface HostPlan {
  readonly host: string;
  readonly plan: Plan;
}

/**
 * Returns one plan for several hosts: the id of each operation becomes `HOST: ID`, and each check names its host. Between hosts, a
 * worker is ready after the coordinator starts, and leaves before the coordinator is removed, but after another host runs its
 * profile. Workers of a group are ready after all of its services start. The plan of a single host is returned unchanged.
 */
export function mergePlans(
  plans: readonly HostPlan[],
  { moved = new Map(), groups = [] }: BetweenHosts = {},
): Plan {
  const [first, ...others] = plans;
  if (first !== undefined && others.length === 0) return first.plan;
  const own = followGroups(followCoordinator(plans.flatMap(operationsOf)), groups);
  const operations = sort(followMoves(own, withoutGroups(moved, groups)));
  return {
    operations,
    checks: plans.flatMap(({ host, plan }) => plan.checks.map((check) => withHost(host, check))),
    // each host has a store of its own, so there is no free space of all
    summary: summarise(operations, null),
  };
}

/** What is ordered between hosts, besides the coordinator. */
export interface BetweenHosts {
  readonly moved?: MovedProfiles;
  readonly groups?: readonly SpanningGroup[];
}

/** A host leaves a group at once: the group cannot be ready next to it. */
function withoutGroups(moved: MovedProfiles, groups: readonly SpanningGroup[]): MovedProfiles {
  const names = groups.map(({ profile }) => profile);
  return new Map(
    [...moved].map(([host, moves]) => {
      return [host, new Map([...moves].filter(([profile]) => !names.includes(profile)))] as const;
    }),
  );
}

function operationsOf({ host, plan }: HostPlan): readonly Operation[] {
  const idOf = (id: string): string => `${host}: ${id}`;
  return plan.operations.map((operation) => {
    return { ...operation, id: idOf(operation.id), after: operation.after.map(idOf) };
  });
}

function withHost(host: string, check: PlanCheck): PlanCheck {
  return { ...check, message: `host ${host}: ${check.message}`, details: { ...check.details, host } };
}

function followCoordinator(operations: readonly Operation[]): readonly Operation[] {
  const starts = operations.filter(startsCoordinator);
  const leaving = operations.filter(leavesCoordinator);
  const own = new Set(starts.map(({ host }) => host));
  return operations.map((operation) => {
    if (operation.kind === 'wait-until-ready')
      return own.has(operation.host) ? operation : onOtherHosts(operation, starts);
    return removesCoordinator(operation) ? onOtherHosts(operation, leaving) : operation;
  });
}

function startsCoordinator(operation: Operation): boolean {
  switch (operation.kind) {
    case 'start-service':
    case 'recreate-service':
    case 'restart-service':
      return operation.role === 'coordinator';
    default:
      return false;
  }
}

function leavesCoordinator(operation: Operation): boolean {
  if (operation.kind === 'drain-worker') return true;
  return operation.kind === 'remove-service' && operation.role === 'worker';
}

function removesCoordinator(operation: Operation): boolean {
  return operation.kind === 'remove-service' && operation.role === 'coordinator';
}

/** Returns the operation after those of other hosts too. */
function onOtherHosts(operation: Operation, others: readonly Operation[]): Operation {
  const added = others.filter(({ host }) => host !== operation.host).map(({ id }) => id);
  return added.length === 0 ? operation : { ...operation, after: [...operation.after, ...added] };
}

/** Returns the operations, each after those it follows, as close to the given order as possible. */
function sort(operations: readonly Operation[]): readonly Operation[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const sorted = new Set<Operation>();
  const add = (operation: Operation): void => {
    if (sorted.has(operation)) return;
    for (const id of operation.after) {
      const before = byId.get(id);
      if (before !== undefined) add(before);
    }
    sorted.add(operation);
  };
  for (const operation of operations) add(operation);
  return [...sorted];
}
