import type { RmaConfig } from '../core/domain/config.ts';
import { roleOf } from '../core/domain/container.ts';
import type { ReservedService } from '../core/domain/lock.ts';
import type { Observed } from '../core/domain/observed.ts';
import type { Snapshot } from '../core/domain/snapshot.ts';
import { ramOfOthers } from '../core/placement/used-by-others.ts';
import { planBind } from '../core/plan/plan-bind.ts';
import { planMemory } from '../core/plan/plan-memory.ts';
import { planNfs } from '../core/plan/plan-nfs.ts';
import { planOffline } from '../core/plan/plan-offline.ts';
import { planStoreMove } from '../core/plan/plan-store-move.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import { planUp as upPlan } from '../core/plan/plan-up.ts';
import { reservedServices, serviceNeeds } from '../core/plan/reserved-services.ts';
import { runningAfter, startedServices } from '../core/plan/running-after.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type DesiredProject, desiredState } from './desired/desired-state.ts';
import { requireLockFile } from './desired/lock-file.ts';
import { type PlacedServices, placeServices } from './desired/place-services.ts';
import { type RequestOptions, readRequest } from './desired/read-request.ts';
import { checkExtraVolumes } from './observe/check-extra-volumes.ts';
import { checkNfsServers } from './observe/check-nfs-servers.ts';
import { observe } from './observe/observe.ts';
import { observeDesired } from './observe/observe-desired.ts';
import { withFallback } from './offline/fallback.ts';

export interface UpRequest extends RequestOptions {
  readonly removeOrphans: boolean;
  /** profile that ran on this host → the other hosts that run it from now on; absent: none */
  readonly moved?: ReadonlyMap<string, readonly string[]>;
  /** image, in the form of `imageKey` → another host to push it from; absent: images are not pushed */
  readonly pushable?: ReadonlyMap<string, string>;
}

export interface PlannedUp extends DesiredProject {
  readonly placed: PlacedServices;
  readonly observed: Observed;
  /** what its services need for themselves */
  readonly needs: readonly ReservedService[];
  /** what the plan reserves until its containers exist */
  readonly reserves: readonly ReservedService[];
  readonly plan: Plan;
}

/** Returns what `up` would do now. Changes nothing. @throws RmaError of Docker (3), the data (2) or the hubs (1, 4, 6) */
export async function planUp(
  host: Host,
  invocation: Omit<Invocation, 'clock'>,
  request: UpRequest,
): Promise<PlannedUp> {
  const { config, removeOrphans } = request;
  const project = await readRequest(host, invocation, request);
  const snapshot = await observe(host, invocation, { config, gpus: project.usesGpus });
  await checkNfsServers(host, config, snapshot.engine);
  const placed = await placeServices(withFallback(host, invocation, { config }), { project, snapshot });
  const next = await desiredState(host, invocation, { project, placed, snapshot });
  await checkExtraVolumes(host, next.fleet, snapshot);
  const observed = await observeDesired(host, invocation, { config, snapshot, ...next });
  const imageDigests = config.frozen ? (await requireLockFile(host, config)).images : undefined;
  const { pushable, moved } = request;
  const profiles = placed.applied;
  const options = { host: host.name, profiles, removeOrphans, moved, imageDigests, pushable };
  const plan = upPlan(next.desired, observed, options);
  const running = runningAfter(plan.operations, observed.containers);
  const { services } = next.fleet;
  const starting = startedServices(plan.operations);
  const checks = [
    ...plan.checks,
    ...placed.checks,
    ...next.checks,
    ...planMemory({
      services: services.filter(({ name }) => running.has(name)),
      starting,
      totalBytes: snapshot.engine.memoryBytes,
      othersBytes: ramOfOthers(config.project, snapshot),
    }),
    ...planStoreMove(storeOfWorkers(snapshot), config),
    ...planNfs(config),
    ...planBind({ address: config.bind, exists: await host.ports.hasAddress(config.bind), starting }),
    ...(config.network.offline
      ? planOffline(next.desired, withoutPeers(config, observed), plan.operations)
      : []),
  ];
  const needs = serviceNeeds(services);
  const reserves = reservedServices(plan.operations, needs);
  return { ...next, placed, observed, needs, reserves, plan: { ...plan, checks } };
}

/** Returns what offline checks see: what the store lacks comes from peers, if there are any. */
export function withoutPeers({ network }: RmaConfig, observed: Observed): Pick<Observed, 'store'> {
  return network.peers.length === 0 ? observed : { store: null };
}

/** Returns what the workers mount as the store; null without any. */
export function storeOfWorkers({ containers }: Pick<Snapshot, 'containers'>): string | null {
  return containers.find((container) => roleOf(container) === 'worker')?.store ?? null;
}
