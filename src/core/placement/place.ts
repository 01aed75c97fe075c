import type {
  Placed,
  Placement,
  PlacementDevice,
  PlacementProfile,
  ServicePlacement,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { type Budget, demandsOf } from './assign.ts';
import { type Demand, kvPerGpu, needPerGpu } from './demand.ts';
import { deviceName } from './device-name.ts';
import { explain } from './explain.ts';
import { notPlaced } from './not-placed.ts';
import { refusedVariants } from './refused-variants.ts';
import { withRoomForRunning } from './running.ts';
import { promisedBytes } from './share.ts';
import { type Solution, solve, sortDevices } from './solve.ts';

/** Steps that one placement may take in all: a few tenths of a second. */
const BUDGET = 40_000;

/**
 * Which service gets which GPUs. Preferred in this order: `fixed` profiles as they are; what runs stays in its variant and
 * on its devices while it fits; the best variants, earlier profiles first; the tightest fit. Pure: equal input gives equal
 * output, in whatever order the devices come.
 */
export function place(devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]): Placement {
  const sorted = sortDevices(withRoomForRunning(devices, profiles));
  const budget: Budget = { nodes: BUDGET, cutShort: false };
  const solution = solve(sorted, profiles, budget);
  if (solution === null) return notPlaced(sorted, profiles, budget);
  const services = placements(sorted, solution);
  return {
    ok: true,
    variants: new Map(solution.choice.map(([{ profile }, { name }]) => [profile, name])),
    services,
    reasons: explain(sorted, solution),
    refusedVariants: refusedVariants(sorted, solution),
    notes: notesOf(solution, services, budget),
  } satisfies Placed;
}

function placements(devices: readonly PlacementDevice[], solution: Solution): readonly ServicePlacement[] {
  const demands = demandsOf(solution.choice, devices);
  if ('ok' in demands) return [];
  return demands.map(({ service, gpus }: Demand): ServicePlacement => {
    const uuids = solution.assignment.get(service.service) ?? [];
    const taken = devices.filter(({ uuid }) => uuids.includes(uuid));
    const bytes = needPerGpu(service, gpus);
    return {
      service: service.service,
      devices: taken.map(({ uuid, index, name, kind, totalBytes, computeCapability }) => {
        return { uuid, index, name, kind, totalBytes, computeCapability };
      }),
      bytesPerGpu: promisedBytes(bytes, service.exclusive, taken),
      kvBytesPerGpu: kvPerGpu(service, gpus),
      exclusive: service.exclusive,
      need: service.need,
    };
  });
}

function notesOf(
  solution: Solution,
  services: readonly ServicePlacement[],
  budget: Budget,
): readonly string[] {
  const small = solution.choice.flatMap(([profile, variant]) => {
    const wish = profile.recommendedGpuBytes;
    if (wish === null) return [];
    const names = new Set(variant.services.map(({ service }) => service));
    const taken = services.filter(({ service }) => names.has(service)).flatMap((each) => each.devices);
    const below = taken.filter(({ totalBytes }) => totalBytes < wish);
    const told = new Map(below.map((device) => [device.uuid, device]));
    return [...told.values()].map((device) => {
      const size = `${deviceName(device)} has ${formatBytes(device.totalBytes)}`;
      return `${size}; profile ${profile.profile} recommends ${formatBytes(wish)}`;
    });
  });
  const cut = 'the search for a placement was cut short: a better one may exist';
  return budget.cutShort ? [...small, cut] : small;
}
