import type { DesiredState } from '../domain/desired-state.ts';
import { enginesOf } from '../domain/engine-users.ts';
import type { AffectedWorker } from './plan-waits.ts';
import type { PlanScope } from './scope.ts';

/** Returns the workers to act on, and the other workers that have a container. */
export function affectedWorkers(desired: DesiredState, scope: PlanScope): readonly AffectedWorker[] {
  const { containers } = scope.whole;
  const requested = scope.desired.stack.services.filter(({ role }) => role === 'worker');
  const names = new Set(requested.map(({ name }) => name));
  const hashes = new Map(desired.stack.services.map(({ name, configHash }) => [name, configHash]));
  const others = containers.filter(({ role, service }) => role === 'worker' && !names.has(service));
  return [
    ...requested.map(({ name, engines }) => ({
      service: name,
      engines,
      container: containers.find(({ service }) => service === name) ?? null,
      requested: true,
      fitsNewEngines: true,
    })),
    ...others.map((container) => ({
      service: container.service,
      engines: enginesOf(container, containers),
      container,
      requested: false,
      fitsNewEngines: hashes.get(container.service) === container.configHash,
    })),
  ];
}
