import type {
  PlacementDevice,
  PlacementProfile,
  PlacementService,
  PlacementVariant,
} from '../domain/placement.ts';
import { classOf, type Demand, demandOf, type Undemandable } from './demand.ts';
import { type Bin, type Item, put, search, takes } from './search.ts';

/** Foreign use below this is the driver's own. */
export const FOREIGN_BYTES = 64 * 2 ** 20;
/** Steps of one search, and of all searches of one question. */
const MAX_NODES = 20_000;

/** A way to run some profiles: each with its variant. */
export type Choice = readonly (readonly [PlacementProfile, PlacementVariant])[];

/** What one question may cost in all; a search without budget settles for best-fit decreasing. */
export interface Budget {
  nodes: number;
  cutShort: boolean;
}

/** Services → devices, by UUID and in the order of the devices. */
export type Assignment = ReadonlyMap<string, readonly string[]>;

/** Services that stand where they are. */
export type Pins = ReadonlyMap<string, readonly string[]>;

/** The services of a choice, each once, with what they ask; the first that this box can never serve otherwise. */
export function demandsOf(
  choice: Choice,
  devices: readonly PlacementDevice[],
): readonly Demand[] | Undemandable {
  const demands = new Map<string, Demand>();
  for (const [profile, variant] of choice) {
    for (const service of variant.services) {
      if (demands.has(service.service)) continue;
      const demand = demandOf(service, profile, variant.name, devices);
      if (!demand.ok) return demand;
      demands.set(service.service, demand);
    }
  }
  return [...demands.values()];
}

/** Bins of the devices, with nothing of this project in them. `devices` are sorted. */
export function emptyBins(devices: readonly PlacementDevice[]): Bin[] {
  return devices.map((device) => ({
    residual: device.unusable === null ? device.availableBytes : 0,
    count: 0,
    alone: false,
    groups: [],
    kind: classOf(device),
    last: device.foreignBytes >= FOREIGN_BYTES,
  }));
}

/** A demand as the search takes it. */
export function itemOf(demand: Demand, devices: readonly PlacementDevice[]): Item {
  const numbers = (uuids: readonly string[]): number[] =>
    devices.flatMap(({ uuid }, at) => (uuids.includes(uuid) ? [at] : []));
  const { service, gpus, bytes, candidates } = demand;
  return {
    id: service.service,
    gpus,
    bytes,
    exclusive: service.exclusive,
    candidates: numbers(candidates.map(({ uuid }) => uuid)),
    group: service.replicaGroup,
    prefer: numbers(service.current ?? []),
  };
}

/** Puts the pinned services into the bins; false when one of them cannot stay. Counts their needs only. */
export function putPinned(
  bins: Bin[],
  demands: readonly Demand[],
  pins: Pins,
  devices: readonly PlacementDevice[],
): boolean {
  return demands.every((demand) => {
    const uuids = pins.get(demand.service.service);
    return uuids === undefined || putOne(bins, demand, uuids, devices);
  });
}

/** Where the services of a choice go, those of `pins` where they stand; null when they do not fit. */
export function assign(
  choice: Choice,
  pins: Pins,
  devices: readonly PlacementDevice[],
  budget: Budget,
): Assignment | null {
  const demands = demandsOf(choice, devices);
  if ('ok' in demands) return null;
  const bins = emptyBins(devices);
  if (!putPinned(bins, demands, pins, devices)) return null;
  const pinned = demands.filter(({ service }) => pins.has(service.service));
  for (const { service, bytes } of pinned) holdMeasured(bins, service, bytes, pins, devices);
  const free = demands.filter(({ service }) => !pins.has(service.service));
  const items = free.map((demand) => itemOf(demand, devices));
  const outcome = search(items, bins, Math.min(MAX_NODES, budget.nodes));
  budget.nodes = Math.max(0, budget.nodes - outcome.nodes);
  budget.cutShort ||= outcome.cutShort;
  if (outcome.found === null) return null;
  const found = new Map<string, readonly string[]>();
  for (const { service } of demands) {
    const bin = outcome.found.get(service.service);
    const uuids = bin?.map((at) => devices[at]?.uuid ?? '') ?? pins.get(service.service) ?? [];
    found.set(service.service, inOrder(uuids, devices));
  }
  return found;
}

function putOne(
  bins: readonly Bin[],
  demand: Demand,
  uuids: readonly string[],
  devices: readonly PlacementDevice[],
): boolean {
  const item = itemOf(demand, devices);
  const places = devices.flatMap(({ uuid }, at) => (uuids.includes(uuid) ? [at] : []));
  const taken = places.flatMap((at) => bins[at] ?? []);
  const alike = new Set(taken.map(({ kind }) => kind)).size === 1;
  if (!alike || places.length !== demand.gpus || uuids.length !== demand.gpus) return false;
  const allowed = places.every((at) => item.candidates.includes(at));
  if (!allowed || !taken.every((bin) => takes(bin, item))) return false;
  for (const bin of taken) put(bin, item);
  return true;
}

/** What a service that stays uses beyond its need cannot be given to others, and is no reason to move it. */
function holdMeasured(
  bins: readonly Bin[],
  service: PlacementService,
  bytes: number,
  pins: Pins,
  devices: readonly PlacementDevice[],
): void {
  const beyond = Math.max(0, (service.measuredBytes ?? 0) - bytes);
  const uuids = pins.get(service.service) ?? [];
  devices.forEach(({ uuid }, at) => {
    const bin = bins[at];
    if (bin !== undefined && uuids.includes(uuid)) bin.residual = Math.max(0, bin.residual - beyond);
  });
}

function inOrder(uuids: readonly string[], devices: readonly PlacementDevice[]): readonly string[] {
  return devices.filter(({ uuid }) => uuids.includes(uuid)).map(({ uuid }) => uuid);
}
