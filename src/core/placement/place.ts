import type {
  Placement,
  PlacementDevice,
  PlacementProfile,
  PlacementService,
  ServicePlacement,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import type { Budget } from './assign.ts';
import { type Demand, fractionOf, kvPerGpu, needPerGpu } from './demand.ts';
import { deviceName } from './device-name.ts';
import { explain } from './explain.ts';
import { notPlaced } from './not-placed.ts';
import { refusedVariants } from './refused-variants.ts';
import { withRoomForRunning } from './room-for-running.ts';
import { type Solution, solve, sortDevices } from './solve.ts';

/** Steps of all searches of one placement: a few tenths of a second. */
export const PLACEMENT_STEPS = 40_000;
/** What an exclusive service reserves of a GPU's total memory. */
const EXCLUSIVE_SHARE = 0.9;

/**
 * Decides which service gets which GPUs. Preferred in this order: fixed profiles as they are; running services in their
 * variant and on their devices while they fit; the best variants, earlier profiles first; the tightest fit. The same input
 * gives the same result, whatever the order of the devices.
 */
export function place(devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]): Placement {
  const sorted = sortDevices(withRoomForRunning(devices, profiles));
  const budget: Budget = { nodes: PLACEMENT_STEPS, cutShort: false };
  const solution = solve(sorted, profiles, budget);
  if (solution === null) return notPlaced(devices, profiles, budget);
  const services = solution.demands.map((demand) => servicePlacement(solution, demand));
  return {
    ok: true,
    variants: new Map(solution.choice.map(({ profile, variant }) => [profile.profile, variant.name])),
    services,
    reasons: explain(solution),
    refusedVariants: refusedVariants(solution),
    notes: [
      ...solution.choice.flatMap(({ profile, variant }) =>
        smallGpus(profile, namesOf(variant.services), services),
      ),
      ...(budget.cutShort ? ['the placement search was cut short; a better placement may exist'] : []),
    ],
  };
}

function servicePlacement({ devices, assignment }: Solution, demand: Demand): ServicePlacement {
  const { service, gpus, bytes } = demand;
  const taken = devices.filter(({ uuid }) => assignment.get(service.service)?.includes(uuid));
  const fractions = taken.flatMap(({ totalBytes }) => fractionOf(service, totalBytes) ?? []);
  const fraction = fractions.length === 0 ? null : Math.min(...fractions);
  return {
    service: service.service,
    devices: taken.map(({ uuid, index, name, kind, totalBytes, computeCapability }) => {
      return { uuid, index, name, kind, totalBytes, computeCapability };
    }),
    bytesPerGpu: fraction ?? (service.exclusive ? exclusiveBytes(bytes, taken) : bytes),
    // what a fraction exceeds the need by is for the cache
    kvBytesPerGpu: kvPerGpu(service, gpus) + Math.max(0, (fraction ?? 0) - needPerGpu(service, gpus)),
    exclusive: service.exclusive,
    need: service.need,
    ...(service.hosts !== undefined && { hosts: service.hosts }),
  };
}

/** The need, or `EXCLUSIVE_SHARE` of the total where that much is available on every device. */
function exclusiveBytes(bytes: number, devices: readonly PlacementDevice[]): number {
  const share = Math.floor(EXCLUSIVE_SHARE * Math.min(...devices.map(({ totalBytes }) => totalBytes)));
  const available = Math.min(...devices.map(({ availableBytes }) => availableBytes));
  return share <= available ? Math.max(bytes, share) : bytes;
}

/** Notes on GPUs that are smaller than the profile recommends. */
function smallGpus(
  { profile, recommendedGpuBytes: recommended }: PlacementProfile,
  names: readonly string[],
  services: readonly ServicePlacement[],
): readonly string[] {
  if (recommended === null) return [];
  const used = services.filter(({ service }) => names.includes(service)).flatMap(({ devices }) => devices);
  const small = used.filter(({ totalBytes }) => totalBytes < recommended);
  return [...new Map(small.map((device) => [device.uuid, device])).values()].map((device) => {
    const size = `${deviceName(device)} has ${formatBytes(device.totalBytes)}`;
    return `${size}; profile ${profile} recommends ${formatBytes(recommended)}`;
  });
}

function namesOf(services: readonly PlacementService[]): readonly string[] {
  return services.map(({ service }) => service);
}
