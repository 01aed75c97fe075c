import {
  addReport,
  type Groups,
  NO_GROUPS,
  type RankReport,
  type ReportResult,
} from '../core/coordinator/groups.ts';
import {
  listModels,
  listWorkers,
  type ModelListing,
  type WorkerListing,
} from '../core/coordinator/listings.ts';
import { EMPTY_REGISTRY, expire, type Registry, remove, renew } from '../core/coordinator/registry.ts';
import { LEASE_SECONDS, type Registration } from '../core/domain/registration.ts';
import type { Clock } from '../ports/clock.ts';

/** The registry over time: expired leases are removed on the next access. */
export interface WorkerRegistry {
  find(id: string): Registration | undefined;
  renew(registration: Registration): void;
  remove(id: string): void;
  reportToGroup(report: RankReport): ReportResult;
  workers(): WorkerListing;
  models(): ModelListing;
}

/** Returns an empty registry. @param log receives one line per change: registered, updated, deregistered, removed */
export function createWorkerRegistry(
  clock: Pick<Clock, 'monotonic'>,
  log: (text: string) => void,
): WorkerRegistry {
  let registry: Registry = EMPTY_REGISTRY;
  let groups: Groups = NO_GROUPS;
  const current = (): Registry => {
    const swept = expire(registry, clock.monotonic());
    for (const id of swept.gone) log(`worker ${id} removed: no heartbeat for ${LEASE_SECONDS} s`);
    registry = swept.registry;
    return registry;
  };
  return {
    find: (id) => current().get(id)?.registration,
    renew(registration) {
      const before = current().get(registration.id)?.registration;
      const expiresAtMs = clock.monotonic() + LEASE_SECONDS * 1000;
      registry = renew(registry, { registration, expiresAtMs });
      const line = changeLine(before, registration);
      if (line !== null) log(line);
    },
    remove(id) {
      registry = remove(current(), id);
      log(`worker ${id} deregistered`);
    },
    reportToGroup(report) {
      const result = addReport(groups, report, clock.monotonic());
      if (result.kind === 'taken') return result;
      groups = result.groups;
      if (result.kind === 'state' && result.begins) {
        log(`group ${report.name}: generation ${result.state.generation} begins`);
      }
      return result;
    },
    workers: () => listWorkers(current(), clock.monotonic()),
    models: () => listModels(current()),
  };
}

function changeLine(before: Registration | undefined, after: Registration): string | null {
  const names = (worker: Registration) => worker.models.map((model) => model.name).join(', ') || 'no models';
  const verb = before === undefined ? 'registered' : 'updated';
  if (before !== undefined && before.state === after.state && names(before) === names(after)) return null;
  return `worker ${after.id} ${verb}: ${after.state}, ${names(after)}`;
}
