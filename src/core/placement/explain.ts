import type { PlacementDevice, PlacementReason } from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { FOREIGN_BYTES } from './assign.ts';
import { type Demand, reservedOn } from './demand.ts';
import { classOf, deviceFault } from './device-fault.ts';
import { deviceName, listed } from './device-name.ts';
import type { Solution } from './solve.ts';

/** The parts of a solution that reasons are found in. */
export type Layout = Pick<Solution, 'devices' | 'demands' | 'assignment'>;

/** Returns for each service why it has its devices, and why it has none of the others. */
export function explain(layout: Layout): readonly PlacementReason[] {
  return layout.demands.map((demand) => reasonOf(layout, demand));
}

/** Returns why the service has its devices, and why it has none of the others. */
export function reasonOf(layout: Layout, demand: Demand): PlacementReason {
  const taken = devicesOf(layout, demand);
  const others = layout.devices.filter((device) => !taken.includes(device));
  return {
    service: demand.service.service,
    profile: demand.profile.profile,
    variant: demand.variant,
    taken: taken.length === 0 ? 'not placed' : takenText(layout, demand, taken),
    refused: others.map((device) => ({ uuid: device.uuid, why: refusedText(layout, demand, device) })),
  };
}

/**
 * Returns the devices that the service may use, with what keeps it off each. The ones that decide come first: those that lack
 * the least memory, then those that others use or that are too small, then those that nothing can use.
 */
export function decidingReasons(layout: Layout, demand: Demand): readonly string[] {
  const { allowed } = demand.service;
  const isDivided = (device: PlacementDevice): boolean =>
    device.kind === 'gpu' &&
    device.unusable !== null &&
    layout.devices.some(({ kind, index }) => kind === 'mig' && index === device.index);
  const rank = (device: PlacementDevice): number => {
    if (device.unusable !== null) return 2;
    return demand.candidates.includes(device) ? 0 : 1;
  };
  return layout.devices
    .filter(
      (device) => (allowed?.includes(device.uuid) ?? !isDivided(device)) && obstacle(layout, demand, device),
    )
    .toSorted((a, b) => rank(a) - rank(b) || roomFor(layout, demand, b) - roomFor(layout, demand, a))
    .map((device) => `${deviceName(device)} ${refusedText(layout, demand, device)}`);
}

/** Returns what one more service lacks on the best devices for it, bytes; null when memory is not the reason. */
export function missingBytes(layout: Layout, demand: Demand): number | null {
  const missing = demand.candidates
    .filter((device) => neighborFault(layout, demand, device) === null)
    .map((device) => reservedOn(demand, device) - roomFor(layout, demand, device))
    .sort((a, b) => a - b)[demand.gpus - 1];
  return missing === undefined || missing <= 0 ? null : missing;
}

/** Returns who else holds memory of the device, in parentheses, to follow what is left of it. */
export function usedBy(device: PlacementDevice): string {
  const parts = [
    device.foreignBytes >= FOREIGN_BYTES ? `${formatBytes(device.foreignBytes)} used by other processes` : '',
    device.othersBytes > 0 ? `${formatBytes(device.othersBytes)} reserved by other projects` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` (${listed(parts)})` : '';
}

function takenText(layout: Layout, demand: Demand, taken: readonly PlacementDevice[]): string {
  const room = Math.min(...taken.map((device) => roomFor(layout, demand, device)));
  const each = taken.length > 1 ? ' on each' : '';
  const needed = Math.max(...taken.map((device) => reservedOn(demand, device)));
  const figures = `needs ${formatBytes(needed)} of ${formatBytes(room)} available${each}`;
  return `${listed(taken.map(deviceName))}: ${figures}; ${causeText(layout, demand, taken)}`;
}

function causeText(layout: Layout, demand: Demand, taken: readonly PlacementDevice[]): string {
  const { service, gpus } = demand;
  if (runsOn(demand, taken)) return 'already runs there';
  if (service.gpus === 'all') return 'requests all GPUs';
  const fitting = layout.devices.filter(
    (device) => taken.includes(device) || obstacle(layout, demand, device) === null,
  );
  if (fitting.length === gpus) {
    return gpus === 1 ? 'the only GPU it fits on' : 'the only identical GPUs it fits on';
  }
  const exclusive = service.exclusive ? ', exclusive' : '';
  return `${gpus === 1 ? 'tightest fit' : `${gpus} identical GPUs, tightest fit`}${exclusive}`;
}

function refusedText(layout: Layout, demand: Demand, device: PlacementDevice): string {
  const why = obstacle(layout, demand, device);
  if (why !== null) return why;
  const room = formatBytes(roomFor(layout, demand, device));
  const taken = devicesOf(layout, demand);
  const [first] = taken;
  if (first === undefined) return `has enough memory (${room} available), but not enough identical GPUs do`;
  if (demand.gpus > 1 && classOf(first) !== classOf(device)) {
    return `is not identical to ${deviceName(first)}`;
  }
  const fits = `also fits (${room} available); not chosen`;
  if (runsOn(demand, taken)) return `${fits}: the service already runs elsewhere`;
  if (device.foreignBytes > first.foreignBytes) {
    return `${fits}: other processes use ${formatBytes(device.foreignBytes)} of it`;
  }
  return `${fits}: ${listed(taken.map(deviceName))} ${taken.length === 1 ? 'is a' : 'are the'} tighter fit`;
}

/** What keeps the service off the device, given the services placed there; null when nothing does. */
function obstacle(layout: Layout, demand: Demand, device: PlacementDevice): string | null {
  const fault = deviceFault(device, demand.service, demand.profile) ?? neighborFault(layout, demand, device);
  if (fault !== null) return fault;
  const room = roomFor(layout, demand, device);
  const needed = reservedOn(demand, device);
  if (room >= needed) return null;
  const names = serviceNames(neighbors(layout, demand, device));
  const beside = names === '' ? '' : ` after ${names}`;
  return `has ${formatBytes(room)} available${beside}${usedBy(device)}, ${formatBytes(needed)} needed`;
}

/** Why the service cannot share the device with the services placed there; null when it can. */
function neighborFault(layout: Layout, demand: Demand, device: PlacementDevice): string | null {
  const there = neighbors(layout, demand, device);
  const { replicaGroup, exclusive } = demand.service;
  const twin = there.find(({ service }) => replicaGroup !== null && service.replicaGroup === replicaGroup);
  if (twin !== undefined) return `already runs replica ${twin.service.service}`;
  const owner = there.find(({ service }) => service.exclusive);
  if (owner !== undefined) return `is used exclusively by ${owner.service.service}`;
  if (!exclusive || there.length === 0) return null;
  return `is used by ${serviceNames(there)}, but the service needs exclusive GPUs`;
}

/** What the device has for this service: available, minus what was assigned to the other services there. */
function roomFor(layout: Layout, demand: Demand, device: PlacementDevice): number {
  const assigned = neighbors(layout, demand, device).reduce((sum, each) => {
    const stays = each.service.current?.includes(device.uuid) === true;
    return sum + Math.max(reservedOn(each, device), stays ? (each.service.measuredBytes ?? 0) : 0);
  }, 0);
  return Math.max(0, device.availableBytes - assigned);
}

function neighbors(
  { demands, assignment }: Layout,
  demand: Demand,
  device: PlacementDevice,
): readonly Demand[] {
  return demands.filter(
    (each) => each !== demand && assignment.get(each.service.service)?.includes(device.uuid) === true,
  );
}

function devicesOf({ devices, assignment }: Layout, { service }: Demand): readonly PlacementDevice[] {
  return devices.filter(({ uuid }) => assignment.get(service.service)?.includes(uuid));
}

function runsOn({ service: { current } }: Demand, devices: readonly PlacementDevice[]): boolean {
  return current?.length === devices.length && devices.every(({ uuid }) => current.includes(uuid));
}

function serviceNames(demands: readonly Demand[]): string {
  return listed(demands.map(({ service }) => service.service));
}
