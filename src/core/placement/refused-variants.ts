import type {
  PlacementDevice,
  PlacementProfile,
  PlacementVariant,
  RefusedVariant,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { assign, demandsOf } from './assign.ts';
import { type Demand, deviceFault } from './demand.ts';
import { deviceName, listed } from './device-name.ts';
import { usedBy } from './explain.ts';
import { isFixed, type Solution, variantsToTry } from './solve.ts';

/** The variants that would have been better than those taken, each with the reason. */
export function refusedVariants(
  devices: readonly PlacementDevice[],
  solution: Solution,
): readonly RefusedVariant[] {
  return solution.choice.flatMap(([profile, taken]) => {
    const better = profile.variants.slice(0, profile.variants.indexOf(taken));
    const others = solution.choice.flatMap(([each]) => (each === profile ? [] : [each.profile]));
    return better.map((variant) => ({
      profile: profile.profile,
      variant: variant.name,
      why: whyNot(devices, profile, variant, { taken, others, kept: solution.kept }),
    }));
  });
}

/** Why a variant does not fit on these devices even by itself, in one line; null when it does. */
export function whyNeverFits(
  devices: readonly PlacementDevice[],
  profile: PlacementProfile,
  variant: PlacementVariant,
): string | null {
  const choice = [[profile, variant]] as const;
  const demands = demandsOf(choice, devices);
  if ('ok' in demands) return `${demands.service.service}: ${demands.why}`;
  const tooLarge = demands.find((demand) => roomFor(demand) < demand.bytes);
  if (tooLarge !== undefined) return `${tooLarge.service.service} ${tooLargeText(tooLarge, devices)}`;
  if (assign(choice, new Map(), devices, { nodes: 5000, cutShort: false }) !== null) return null;
  const sum = demands.reduce((bytes, demand) => bytes + demand.gpus * demand.bytes, 0);
  return `its services need ${formatBytes(sum)} in all and do not fit together`;
}

interface Beside {
  readonly taken: PlacementVariant;
  readonly others: readonly string[];
  readonly kept: ReadonlySet<string>;
}

function whyNot(
  devices: readonly PlacementDevice[],
  profile: PlacementProfile,
  variant: PlacementVariant,
  beside: Beside,
): string {
  if (!variantsToTry(profile).includes(variant)) {
    const asked = isFixed(profile) ? 'runs and is not acted on' : 'was asked for';
    return `${beside.taken.name} ${asked}`;
  }
  const alone = whyNeverFits(devices, profile, variant);
  if (alone !== null) return alone;
  if (beside.kept.has(profile.profile)) {
    return `${beside.taken.name} runs and is kept; to change it: --variant ${profile.profile}=${variant.name}`;
  }
  return `does not fit beside ${listed(beside.others)}`;
}

/** The most that one of the devices for it, or the scarcest of the best set, has available. */
function roomFor(demand: Demand): number {
  const room = demand.candidates.map(({ availableBytes }) => availableBytes).sort((a, b) => b - a);
  return room[demand.gpus - 1] ?? 0;
}

function tooLargeText(demand: Demand, devices: readonly PlacementDevice[]): string {
  const each = demand.gpus > 1 ? ` on each of ${demand.gpus} GPUs` : '';
  const shown = devices
    .filter((device) => deviceFault(device, demand.service, demand.profile) === null)
    .toSorted((a, b) => b.availableBytes - a.availableBytes)
    .slice(0, 3)
    .map(
      (device) =>
        `${deviceName(device)} has ${formatBytes(device.availableBytes)} available${usedBy(device)}`,
    );
  return `needs ${formatBytes(demand.bytes)}${each}, ${listed(shown)}`;
}
