import { EXIT } from '../errors.ts';
import type { Desired } from '../model/desired.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Operation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

/** Containers of the project that no desired service stands for. Nothing is removed by leaving it out of a command. */
export function planOrphans(
  desired: Desired,
  observed: Observed,
  remove: boolean,
): { readonly operations: Operation[]; readonly checks: PlanCheck[] } {
  const wanted = new Set(desired.stack.services.map(({ name }) => name));
  const orphans = observed.containers
    .filter(({ service }) => !wanted.has(service))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  if (!remove) return { operations: [], checks: orphans.map(warning) };
  return { operations: [...workersFirst(orphans)].flatMap(removal), checks: [] };
}

/** A worker drains before its engines go. */
function workersFirst(containers: readonly ObservedContainer[]): ObservedContainer[] {
  const rank = ({ role }: ObservedContainer) => (role === 'worker' ? 0 : 1);
  return [...containers].sort((a, b) => rank(a) - rank(b));
}

function removal({ service, role }: ObservedContainer): Operation[] {
  const cause = 'no longer part of the project';
  return [{ kind: 'remove-service', service, role, cause, destructive: true }];
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
