import type { PlacementDevice, PlacementReason } from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { demandsOf, FOREIGN_BYTES } from './assign.ts';
import { classOf, type Demand, deviceFault } from './demand.ts';
import { deviceName, listed } from './device-name.ts';
import type { Solution } from './solve.ts';

/** For each service why it has its devices, and why none of the others. */
export function explain(devices: readonly PlacementDevice[], solution: Solution): readonly PlacementReason[] {
  const demands = demandsOf(solution.choice, devices);
  if ('ok' in demands) return [];
  const scene: Scene = { devices, solution, demands };
  return demands.map((demand) => {
    const mine = uuidsOf(scene, demand);
    const others = devices.filter(({ uuid }) => !mine.includes(uuid));
    return {
      service: demand.service.service,
      profile: demand.profile.profile,
      variant: demand.variant,
      taken: mine.length === 0 ? 'nowhere' : takenText(scene, demand, mine),
      refused: others.map((device) => ({ uuid: device.uuid, why: refusedText(scene, demand, device) })),
    };
  });
}

/** What one more service lacks on the best devices for it, bytes; null when it is something else that keeps it off. */
export function missingBytes(
  devices: readonly PlacementDevice[],
  solution: Solution,
  demand: Demand,
): number | null {
  const demands = demandsOf(solution.choice, devices);
  if ('ok' in demands) return null;
  const scene: Scene = { devices, solution, demands };
  const room = demand.candidates
    .filter((device) => neighbourFault(scene, demand, device) === null)
    .map((device) => leftFor(scene, demand, device))
    .sort((a, b) => b - a)[demand.gpus - 1];
  return room === undefined || room >= demand.bytes ? null : demand.bytes - room;
}

interface Scene {
  readonly devices: readonly PlacementDevice[];
  readonly solution: Solution;
  readonly demands: readonly Demand[];
}

function uuidsOf(scene: Scene, demand: Demand): readonly string[] {
  return scene.solution.assignment.get(demand.service.service) ?? [];
}

function takenText(scene: Scene, demand: Demand, uuids: readonly string[]): string {
  const taken = scene.devices.filter(({ uuid }) => uuids.includes(uuid));
  const names = listed(taken.map(deviceName));
  const room = Math.min(...taken.map((device) => leftFor(scene, demand, device)));
  const each = taken.length > 1 ? ' on each' : '';
  const figures = `needs ${formatBytes(demand.bytes)} of ${formatBytes(room)} available${each}`;
  return `${names}: ${figures}; ${causeOf(scene, demand, uuids)}`;
}

function causeOf(scene: Scene, demand: Demand, uuids: readonly string[]): string {
  const { service } = demand;
  if (service.current !== null && sameSet(service.current, uuids)) return 'it runs there already';
  if (service.gpus === 'all') return 'it asks for all GPUs';
  const fitting = scene.devices.filter(
    (device) => uuids.includes(device.uuid) || obstacle(scene, demand, device) === null,
  );
  if (fitting.length === demand.gpus) {
    return demand.gpus === 1 ? 'the only one that it fits on' : 'the only equal ones that it fits on';
  }
  const alone = service.exclusive ? ', which it has alone' : '';
  return `${demand.gpus === 1 ? 'the tightest fit' : `${demand.gpus} equal GPUs, the tightest fit`}${alone}`;
}

function refusedText(scene: Scene, demand: Demand, device: PlacementDevice): string {
  const why = obstacle(scene, demand, device);
  if (why !== null) return why;
  const [first] = scene.devices.filter(({ uuid }) => uuidsOf(scene, demand).includes(uuid));
  if (first === undefined) {
    const room = formatBytes(leftFor(scene, demand, device));
    return `has room (${room}), but too few equal ones have`;
  }
  if (demand.gpus > 1 && classOf(first) !== classOf(device)) {
    return `is not equal to ${deviceName(first)}`;
  }
  const left = `has room too (${formatBytes(leftFor(scene, demand, device))})`;
  const { current } = demand.service;
  if (current !== null && sameSet(current, uuidsOf(scene, demand)))
    return `${left}; the service runs elsewhere`;
  if (device.foreignBytes > first.foreignBytes) {
    return `${left}; other processes use ${formatBytes(device.foreignBytes)} of it`;
  }
  return `${left}; the one taken leaves larger GPUs whole`;
}

/** What keeps the service off the device beside what was placed there; null when nothing does. */
function obstacle(scene: Scene, demand: Demand, device: PlacementDevice): string | null {
  const fault = deviceFault(device, demand.service, demand.profile) ?? neighbourFault(scene, demand, device);
  if (fault !== null) return fault;
  const left = leftFor(scene, demand, device);
  if (left >= demand.bytes) return null;
  const names = listed(neighbours(scene, demand, device).map(({ service }) => service.service));
  const beside = names === '' ? '' : ` beside ${names}`;
  const room = `has ${formatBytes(left)} available${beside}${usedBy(device)}`;
  return `${room}, ${formatBytes(demand.bytes)} needed`;
}

/** Which of the services on the device do not bear this one beside them. */
function neighbourFault(scene: Scene, demand: Demand, device: PlacementDevice): string | null {
  const there = neighbours(scene, demand, device);
  const { replicaGroup, exclusive } = demand.service;
  const twin = there.find(({ service }) => replicaGroup !== null && service.replicaGroup === replicaGroup);
  if (twin !== undefined) return `holds another copy of it, ${twin.service.service}`;
  const owner = there.find(({ service }) => service.exclusive);
  if (owner !== undefined) return `is held by ${owner.service.service} alone`;
  if (!exclusive || there.length === 0) return null;
  return `holds ${listed(there.map(({ service }) => service.service))}, and the service shares with nobody`;
}

function neighbours(scene: Scene, demand: Demand, device: PlacementDevice): readonly Demand[] {
  return scene.demands.filter(
    (each) => each.service !== demand.service && uuidsOf(scene, each).includes(device.uuid),
  );
}

/** Who else holds memory of the device, for the end of a sentence about what is left. */
export function usedBy(device: PlacementDevice): string {
  const parts = [
    device.foreignBytes >= FOREIGN_BYTES ? `${formatBytes(device.foreignBytes)} used by other processes` : '',
    device.othersBytes > 0 ? `${formatBytes(device.othersBytes)} held by other projects` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` (${listed(parts)})` : '';
}

/** What the device has for this service: available, without what its neighbours there were given. */
function leftFor(scene: Scene, demand: Demand, device: PlacementDevice): number {
  const there = scene.demands.filter((each) => each !== demand && uuidsOf(scene, each).includes(device.uuid));
  const given = there.reduce((sum, { bytes, service }) => {
    const stays = service.current?.includes(device.uuid) === true;
    return sum + Math.max(bytes, stays ? (service.measuredBytes ?? 0) : 0);
  }, 0);
  return Math.max(0, device.availableBytes - given);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
