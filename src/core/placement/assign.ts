import type { PlacementDevice } from '../domain/placement.ts';
import { type Demand, demandsOf, type ProfileChoice, reservedOn } from './demand.ts';
import { classOf } from './device-fault.ts';
import { type Bin, type Item, put, search, takes } from './search.ts';

/** Foreign memory below this is the driver's own. */
export const FOREIGN_BYTES = 64 * 2 ** 20;
/** Steps of one search; a `Budget` limits all searches of one placement. */
const MAX_NODES = 20_000;

/** Steps left for all searches of one placement. Without any, searches use best-fit decreasing. */
export interface Budget {
  nodes: number;
  cutShort: boolean;
}

/** Services → UUIDs of their devices, in the order of the devices. */
export type Assignment = ReadonlyMap<string, readonly string[]>;

export interface AssignRequest {
  /** sorted by `sortDevices` */
  readonly devices: readonly PlacementDevice[];
  readonly choice: readonly ProfileChoice[];
  /** services that keep these devices */
  readonly pins: Assignment;
  readonly budget: Budget;
}

export interface Assigned {
  readonly demands: readonly Demand[];
  readonly assignment: Assignment;
}

/** Returns devices for every service of the choice; null when they do not fit. */
export function assign({ devices, choice, pins, budget }: AssignRequest): Assigned | null {
  const required = demandsOf(choice, devices);
  if (!required.ok) return null;
  const { demands } = required;
  const pinned = pinnedItems(demands, pins, devices);
  const bins = binsWith(pinned, devices);
  if (bins === null) return null;
  for (const item of pinned) holdMeasured(bins, item);
  const free = demands.filter(({ service }) => !pins.has(service.service));
  const outcome = search(
    free.map((demand) => itemOf(demand, devices)),
    bins,
    Math.min(MAX_NODES, budget.nodes),
  );
  budget.nodes = Math.max(0, budget.nodes - outcome.nodes);
  budget.cutShort ||= outcome.cutShort;
  if (outcome.found === null) return null;
  const places = new Map([...outcome.found, ...pinned.map(({ item, places: at }) => [item.id, at] as const)]);
  const uuids = (id: string): string[] =>
    devices.flatMap(({ uuid }, at) => (places.get(id)?.includes(at) === true ? [uuid] : []));
  return {
    demands,
    assignment: new Map(demands.map(({ service: { service } }) => [service, uuids(service)])),
  };
}

/** Returns whether all pinned services can keep their devices. Counts their needs, not what they were measured to use. */
export function canStay(
  demands: readonly Demand[],
  pins: Assignment,
  devices: readonly PlacementDevice[],
): boolean {
  return binsWith(pinnedItems(demands, pins, devices), devices) !== null;
}

interface PinnedItem {
  readonly item: Item;
  /** bins of its devices, by number */
  readonly places: readonly number[];
  /** false: some of its devices no longer exist */
  readonly isComplete: boolean;
  /** measured use above the need, on each device */
  readonly excessBytes: number;
}

function pinnedItems(
  demands: readonly Demand[],
  pins: Assignment,
  devices: readonly PlacementDevice[],
): readonly PinnedItem[] {
  return demands.flatMap((demand) => {
    const uuids = pins.get(demand.service.service);
    if (uuids === undefined) return [];
    const places = numbersOf(uuids, devices);
    const reserved = Math.min(...places.map((at) => reservedOn(demand, devices[at] ?? { totalBytes: 0 })));
    const excessBytes = Math.max(0, (demand.service.measuredBytes ?? 0) - reserved);
    return [
      { item: itemOf(demand, devices), places, isComplete: places.length === uuids.length, excessBytes },
    ];
  });
}

/** The bins of the devices with the pinned services in them; null when one of these cannot stay. */
function binsWith(pinned: readonly PinnedItem[], devices: readonly PlacementDevice[]): Bin[] | null {
  const bins = devices.map(emptyBin);
  return pinned.every((each) => putPinned(bins, each)) ? bins : null;
}

function emptyBin(device: PlacementDevice): Bin {
  return {
    residual: device.unusable === null ? device.availableBytes : 0,
    count: 0,
    alone: false,
    groups: [],
    kind: classOf(device),
    total: device.totalBytes,
    last: device.foreignBytes >= FOREIGN_BYTES,
  };
}

function itemOf({ service, gpus, bytes, candidates }: Demand, devices: readonly PlacementDevice[]): Item {
  return {
    id: service.service,
    gpus,
    bytes,
    fraction: service.utilization ?? null,
    exclusive: service.exclusive,
    candidates: numbersOf(
      candidates.map(({ uuid }) => uuid),
      devices,
    ),
    group: service.replicaGroup,
    prefer: numbersOf(service.current ?? [], devices),
  };
}

function numbersOf(uuids: readonly string[], devices: readonly PlacementDevice[]): number[] {
  return devices.flatMap(({ uuid }, at) => (uuids.includes(uuid) ? [at] : []));
}

function putPinned(bins: readonly Bin[], { item, places, isComplete }: PinnedItem): boolean {
  const taken = places.flatMap((at) => bins[at] ?? []);
  const alike = new Set(taken.map(({ kind }) => kind)).size === 1;
  if (!isComplete || !alike || places.length !== item.gpus) return false;
  const allowed = places.every((at) => item.candidates.includes(at));
  if (!allowed || !taken.every((bin) => takes(bin, item))) return false;
  for (const bin of taken) put(bin, item);
  return true;
}

/** What a pinned service uses beyond its need is not available to others, and is no reason to move it. */
function holdMeasured(bins: readonly Bin[], { places, excessBytes }: PinnedItem): void {
  for (const at of places) {
    const bin = bins[at];
    if (bin !== undefined) bin.residual = Math.max(0, bin.residual - excessBytes);
  }
}
