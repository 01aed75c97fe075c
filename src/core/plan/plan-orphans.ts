import type { Desired } from '../domain/desired.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { Operation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

/**
 * Containers of the project that no desired service stands for. Nothing is removed by leaving it out of a command; an
 * engine that its own profile runs no more makes room for those that the profile runs now.
 */
export function planOrphans(
  desired: Desired,
  observed: Observed,
  remove: boolean,
): { readonly operations: Operation[]; readonly checks: PlanCheck[] } {
  const wanted = new Set(desired.stack.services.map(({ name }) => name));
  const orphans = observed.containers
    .filter(({ service }) => !wanted.has(service))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  const running = new Set(
    desired.stack.services.flatMap(({ role, profile }) => (role === 'worker' ? profile : [])),
  );
  const isReplaced = ({ role, profile }: ObservedContainer) => role === 'engine' && running.has(profile);
  const replaced = orphans.filter(isReplaced).map(replacement);
  const left = orphans.filter((container) => !isReplaced(container));
  if (!remove) return { operations: replaced, checks: left.map(warning) };
  return { operations: [...replaced, ...workersFirst(left).map(removal)], checks: [] };
}

/** A worker drains before its engines go. */
function workersFirst(containers: readonly ObservedContainer[]): ObservedContainer[] {
  const rank = ({ role }: ObservedContainer) => (role === 'worker' ? 0 : 1);
  return [...containers].sort((a, b) => rank(a) - rank(b));
}

function removal({ service, role }: ObservedContainer): Operation {
  return {
    kind: 'remove-service',
    service,
    role,
    cause: 'no longer part of the project',
    destructive: true,
  };
}

function replacement({ service, role, profile }: ObservedContainer): Operation {
  const cause = `profile ${profile} runs without it now`;
  return { kind: 'remove-service', service, role, cause, destructive: false };
}

function warning({ service }: ObservedContainer): PlanCheck {
  return {
    level: 'warning',
    code: 'RMA_PLAN_ORPHAN',
    message: `${service} is no longer part of the project and is left as it is`,
    hint: 'rma up --remove-orphans',
    exitCode: EXIT.ok,
    details: { service },
  };
}
