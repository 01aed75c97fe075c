import type { RmaConfig } from '../core/domain/config.ts';
import type { HistoryEntry } from '../core/domain/history.ts';
import type { ReservedService } from '../core/domain/lock.ts';
import type { Observed } from '../core/domain/observed.ts';
import type { PlacementDevice } from '../core/domain/placement.ts';
import type { Snapshot } from '../core/domain/snapshot.ts';
import { EXIT } from '../core/errors.ts';
import { SERVICE_DEFAULTS } from '../core/fleet/service-spec.ts';
import { chooseEntry } from '../core/history/choose-entry.ts';
import { rollbackGpus, rollbackPlacement } from '../core/history/rollback-gpus.ts';
import { rollbackImages } from '../core/history/rollback-images.ts';
import { placementDevices } from '../core/placement/devices.ts';
import { gpuReservations } from '../core/placement/gpu-reservations.ts';
import { ramOfOthers } from '../core/placement/used-by-others.ts';
import { planBind } from '../core/plan/plan-bind.ts';
import { planMemory } from '../core/plan/plan-memory.ts';
import { planOffline } from '../core/plan/plan-offline.ts';
import { planStoreMove } from '../core/plan/plan-store-move.ts';
import type { Plan, PlanCheck } from '../core/plan/plan-types.ts';
import { planUp as upPlan } from '../core/plan/plan-up.ts';
import { reservedServices } from '../core/plan/reserved-services.ts';
import { startedServices } from '../core/plan/running-after.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { entryState, type UsableEntry, usableEntry } from './history/entry-state.ts';
import { readHistory } from './history/read-history.ts';
import { checkNfsServers } from './observe/check-nfs-servers.ts';
import { observe } from './observe/observe.ts';
import { observeDesired } from './observe/observe-desired.ts';
import { storeOfWorkers, withoutPeers } from './plan-up.ts';
import type { ApplicablePlan } from './up.ts';

export interface RollbackRequest {
  readonly config: RmaConfig;
  /** of the entry; null: the last state that was applied before the current one */
  readonly number: number | null;
}

/** What a rollback goes back to. */
export interface RollbackTarget {
  readonly entry: HistoryEntry;
  /** the settings, with those of the entry for its data and addresses */
  readonly config: RmaConfig;
}

/** Returns the entry that a rollback applies. @throws RmaError RMA_HISTORY_*, RMA_ROLLBACK_NONE (2), RMA_FILE_UNREADABLE (3) */
export async function rollbackTarget(
  host: Pick<Host, 'files'>,
  { config, number }: RollbackRequest,
): Promise<RollbackTarget> {
  const history = await readHistory(host, config);
  const entry = chooseEntry({ ...history, project: config.project, number });
  return { entry, config: { ...config, ...entry.settings } };
}

/** Returns what a rollback would do now. Changes nothing. @throws RmaError as entryState (2), of Docker (3) */
export async function planRollback(
  host: Host,
  invocation: Omit<Invocation, 'clock'>,
  { entry: chosen, config }: RollbackTarget,
): Promise<ApplicablePlan> {
  const gpus = chosen.needs.some(({ devices }) => devices.length > 0);
  const snapshot = await observe(host, invocation, { config, gpus });
  await checkNfsServers(host, config, snapshot.engine);
  const usable = await usableEntry(host, invocation, chosen);
  const { entry } = usable;
  const { needs } = entry;
  const state = await entryState(host, invocation, { entry, config, snapshot });
  const { desired } = state;
  const observed = await observeDesired(host, invocation, { config, snapshot, ...state });
  const images = rollbackImages({ ...usable, workerImage: entry.workerImage, images: snapshot.images });
  const options = { host: host.name, profiles: [], removeOrphans: true, images: images.steps };
  const plan = upPlan(desired, observed, options);
  const devices = devicesFor(config, snapshot);
  const checks = [
    ...entryChecks(usable),
    ...plan.checks,
    ...images.checks,
    ...rollbackGpus(needs, devices),
    ...memoryChecks(entry, { config, snapshot, plan }),
    ...planStoreMove(storeOfWorkers(snapshot), config),
    ...(await bindChecks(host, config, plan)),
    ...offlineChecks(config, { desired, observed, plan }),
  ];
  const placed = { selection: NO_SELECTION, placement: rollbackPlacement(needs, devices) };
  const reserves = reservedServices(plan.operations, needs);
  return { ...state, observed, placed, needs, reserves, plan: { ...plan, checks } };
}

const NO_SELECTION = { profiles: [], services: [], refs: [] };

/** Returns the GPUs with what the whole project can use of them. @throws RmaError RMA_GPU_UNKNOWN, RMA_GPU_AMBIGUOUS (2) */
function devicesFor({ project, gpu }: RmaConfig, snapshot: Snapshot): readonly PlacementDevice[] {
  const own = snapshot.allContainers.filter((each) => each.project === project);
  const planned = own.flatMap(({ profile }) => profile ?? []);
  return placementDevices(snapshot.gpus, gpuReservations(snapshot, { project, planned }), gpu);
}

interface Planning {
  readonly config: RmaConfig;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
}

function memoryChecks(
  { needs, stack }: HistoryEntry,
  { config, snapshot, plan }: Planning,
): readonly PlanCheck[] {
  const serviceOf = ({ service, ramBytes }: ReservedService) => {
    const profile = stack.services.find(({ name }) => name === service)?.profile ?? '';
    return {
      name: service,
      profile: { name: profile, variant: '' },
      resources: { ...SERVICE_DEFAULTS.resources, neededRamBytes: ramBytes },
    };
  };
  return planMemory({
    services: needs.map(serviceOf),
    starting: startedServices(plan.operations),
    totalBytes: snapshot.engine.memoryBytes,
    othersBytes: ramOfOthers(config.project, snapshot),
  });
}

async function bindChecks(
  { ports }: Pick<Host, 'ports'>,
  { bind }: RmaConfig,
  { operations }: Plan,
): Promise<readonly PlanCheck[]> {
  const exists = await ports.hasAddress(bind);
  return planBind({ address: bind, exists, starting: startedServices(operations) });
}

function offlineChecks(
  config: RmaConfig,
  { desired, observed, plan }: Pick<ApplicablePlan, 'desired' | 'plan'> & { readonly observed: Observed },
): readonly PlanCheck[] {
  return config.network.offline ? planOffline(desired, withoutPeers(config, observed), plan.operations) : [];
}

function entryChecks({ entry, replacedWorker }: UsableEntry): readonly PlanCheck[] {
  const { number, result, workerImage } = entry;
  const warning = { level: 'warning', exitCode: EXIT.ok, details: { entry: number } } as const;
  const notApplied: PlanCheck = {
    ...warning,
    code: 'RMA_ROLLBACK_NOT_APPLIED',
    message: `entry ${number} was not applied: it ${result.state === 'failed' ? `failed with ${result.code}` : 'is unfinished'}`,
    hint: 'to list the entries that were applied: rma history',
  };
  const replaced: PlanCheck = {
    ...warning,
    code: 'RMA_ROLLBACK_WORKER',
    message: `the worker image ${replacedWorker} of entry ${number} no longer exists; ${workerImage.tag} of this version of rma replaces it`,
    hint: `to run the same image again, install rma ${entry.version} and roll back with it`,
  };
  return [
    ...(result.state === 'applied' ? [] : [notApplied]),
    ...(replacedWorker === null ? [] : [replaced]),
  ];
}
