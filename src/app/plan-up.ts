import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { roleOf } from '../core/domain/container.ts';
import type { Observed } from '../core/domain/observed.ts';
import { planMemory } from '../core/plan/plan-memory.ts';
import { planNfs } from '../core/plan/plan-nfs.ts';
import { planStoreMove } from '../core/plan/plan-store-move.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import { planUp as upPlan } from '../core/plan/plan-up.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { makeDesired, type Wanted } from './desired/make-desired.ts';
import { placeServices } from './desired/place-services.ts';
import { readWish } from './desired/read-request.ts';
import { checkNfsServers } from './observe/check-nfs-servers.ts';
import { observe } from './observe/observe.ts';
import { projectContainers } from './observe/project-containers.ts';
import { requireDocker } from './observe/require-docker.ts';

export interface UpRequest {
  readonly config: RmaConfig;
  /** profiles named on the command line; none: the whole project */
  readonly profiles: readonly string[];
  readonly refresh: boolean;
  readonly removeOrphans: boolean;
}

export interface PlannedUp {
  readonly wanted: Wanted;
  readonly observed: Observed;
  readonly plan: Plan;
  /** the project's containers, as they are now */
  readonly containers: readonly ContainerFacts[];
}

/** What `up` would do now. Changes nothing. @throws RmaError of Docker (3), the data (2) or the hubs (1, 4, 6) */
export async function planUp(
  host: Host,
  invocation: Omit<Invocation, 'clock'>,
  request: UpRequest,
): Promise<PlannedUp> {
  const { config } = request;
  const wish = await readWish(host, invocation, request);
  const engine = await requireDocker(host);
  await checkNfsServers(host, config);
  const containers = await projectContainers(host, config.project);
  const profiles = request.profiles;
  const placed = await placeServices(host, invocation, { config, wish, profiles, containers });
  const wanted = await makeDesired(host, invocation, { config, profiles, wish, placed, containers });
  const observed = await observe(host, invocation, config, wanted.desired, wanted.access);
  const planned = upPlan(wanted.desired, observed, {
    host: host.name,
    profiles: placed.acted,
    removeOrphans: request.removeOrphans,
  });
  const memory = planMemory({
    services: wanted.fleet.services,
    models: wanted.desired.models,
    totalBytes: engine.memoryBytes,
  });
  const moves = planStoreMove(storeOfWorkers(containers), config);
  return {
    wanted,
    observed,
    containers,
    plan: {
      ...planned,
      checks: [...planned.checks, ...wanted.checks, ...memory, ...moves, ...planNfs(config)],
    },
  };
}

function storeOfWorkers(containers: readonly ContainerFacts[]): string | null {
  return containers.find((container) => roleOf(container) === 'worker')?.store ?? null;
}
