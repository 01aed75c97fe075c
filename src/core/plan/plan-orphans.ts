import { endingWith, enginesOf } from '../domain/engine-users.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { ServiceStep } from './plan-services.ts';
import type { PlanCheck } from './plan-types.ts';
import type { PlanScope } from './scope.ts';

export interface OrphanOptions {
  /** remove them all */
  readonly remove: boolean;
  /** profile → hosts that run it from now on; absent: none */
  readonly moved?: ReadonlyMap<string, readonly string[]> | undefined;
}

export interface OrphansPlan {
  readonly steps: readonly ServiceStep[];
  /** services of the steps that other hosts run from now on */
  readonly moving: ReadonlySet<string>;
  readonly checks: readonly PlanCheck[];
}

/**
 * Returns what happens to containers that belong to no desired service. Those of a profile that moved to another host are removed,
 * and an engine that its own profile no longer uses, to make room for those that the profile uses now; every other orphan is
 * removed only on request. An engine that a remaining worker still uses stays in any case.
 */
export function planOrphans(
  { desired, observed, whole }: PlanScope,
  { remove, moved = new Map() }: OrphanOptions,
): OrphansPlan {
  const known = new Set(desired.stack.services.map(({ name }) => name));
  const orphans = observed.containers
    .filter(({ service }) => !known.has(service))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  const running = new Set(
    desired.stack.services.flatMap(({ role, profile }) => (role === 'worker' ? profile : [])),
  );
  const isReplaced = ({ role, profile }: ObservedContainer) => role === 'engine' && running.has(profile);
  const ending = endingWith([...moved.keys()], whole.containers);
  const isMoved = (container: ObservedContainer) =>
    container.role !== 'coordinator' && ending.includes(container);
  const leaving = orphans.filter((container) => remove || isReplaced(container) || isMoved(container));
  const inUse = stillUsed(known, leaving, whole);
  const removed = leaving.filter(({ service }) => !inUse.has(service));
  const left = orphans.filter((container) => !removed.includes(container));
  const moving = removed.filter((container) => !isReplaced(container) && isMoved(container));
  return {
    steps: removed.map((container) => {
      if (isReplaced(container)) return replacement(container);
      return moving.includes(container) ? departure(container, moved) : removal(container);
    }),
    moving: new Set(moving.map(({ service }) => service)),
    checks: left.map(warning),
  };
}

/** Returns the engines of workers whose containers the plan neither replaces nor removes. */
function stillUsed(
  known: ReadonlySet<string>,
  leaving: readonly ObservedContainer[],
  { containers }: Observed,
): ReadonlySet<string> {
  const staying = containers.filter(
    (container) =>
      container.role === 'worker' && !known.has(container.service) && !leaving.includes(container),
  );
  return new Set(staying.flatMap((worker) => enginesOf(worker, containers)));
}

function removal({ service, role }: ObservedContainer): ServiceStep {
  return {
    kind: 'remove-service',
    service,
    role,
    cause: 'no longer part of the project',
    destructive: true,
  };
}

function replacement({ service, role, profile }: ObservedContainer): ServiceStep {
  const cause = `profile ${profile} no longer uses it`;
  return { kind: 'remove-service', service, role, cause, destructive: false };
}

function departure(
  { service, role, profile }: ObservedContainer,
  moved: NonNullable<OrphanOptions['moved']>,
): ServiceStep {
  const hosts = moved.get(profile ?? '');
  const cause =
    hosts === undefined
      ? 'its profiles run on other hosts'
      : `profile ${profile} runs on ${hosts.join(', ')}`;
  return { kind: 'remove-service', service, role, cause, destructive: false };
}

function warning({ service }: ObservedContainer): PlanCheck {
  return {
    level: 'warning',
    code: 'RMA_PLAN_ORPHAN',
    message: `${service} is no longer part of the project; it is left unchanged`,
    hint: 'to remove it: rma up --remove-orphans',
    exitCode: EXIT.ok,
    details: { service },
  };
}
