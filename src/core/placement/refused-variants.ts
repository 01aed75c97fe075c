import type {
  PlacementDevice,
  PlacementProfile,
  PlacementVariant,
  RefusedVariant,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { assign } from './assign.ts';
import { amountText, type Demand, demandsOf, type ProfileChoice, reservedOn } from './demand.ts';
import { deviceName, listed } from './device-name.ts';
import { usedBy } from './explain.ts';
import { isFixed, type Solution, variantsToTry } from './solve.ts';

/** Steps to find out whether the services of one variant fit together. */
const ALONE_BUDGET = 5000;

/** Returns the variants that rank above those chosen, each with the reason it was not. */
export function refusedVariants(solution: Solution): readonly RefusedVariant[] {
  return solution.choice.flatMap((chosen) => {
    const { profile, variant } = chosen;
    return profile.variants.slice(0, profile.variants.indexOf(variant)).map((better) => ({
      profile: profile.profile,
      variant: better.name,
      why: whyNot(solution, chosen, better),
    }));
  });
}

/** Returns why the variant does not fit even on its own, in one line; null when it does. */
export function whyNeverFits(devices: readonly PlacementDevice[], chosen: ProfileChoice): string | null {
  const choice = [chosen];
  const required = demandsOf(choice, devices);
  if (!required.ok) return `${required.service.service}: ${required.why}`;
  const { demands } = required;
  const tooLarge = demands.find((demand) => !hasRoom(demand));
  if (tooLarge !== undefined) return `${tooLarge.service.service} ${tooLargeText(tooLarge)}`;
  const budget = { nodes: ALONE_BUDGET, cutShort: false };
  if (assign({ devices, choice, pins: new Map(), budget }) !== null) return null;
  const sum = demands.reduce((bytes, demand) => bytes + demand.gpus * demand.bytes, 0);
  return `its services need ${formatBytes(sum)} in total and do not fit together`;
}

function whyNot(
  { devices, choice, kept }: Solution,
  { profile, variant: chosen }: ProfileChoice,
  variant: PlacementVariant,
): string {
  if (!variantsToTry(profile).includes(variant)) {
    return isFixed(profile)
      ? `${chosen.name} is running, and this command does not change profile ${profile.profile}`
      : `${chosen.name} was requested explicitly`;
  }
  const alone = whyNeverFits(devices, { profile, variant });
  if (alone !== null) return alone;
  if (kept.has(profile.profile)) {
    return `${chosen.name} is already running and still fits; to switch: --variant ${profile.profile}=${variant.name}`;
  }
  return doesNotFitWith(choice.map((each) => each.profile).filter((each) => each !== profile));
}

/** Returns the reason of a profile or variant that fits on its own, but not together with these profiles. */
export function doesNotFitWith(others: readonly PlacementProfile[]): string {
  return `does not fit alongside ${listed(others.map(({ profile }) => profile))}`;
}

/** Whether enough devices have room for the service. */
function hasRoom(demand: Demand): boolean {
  return demand.candidates.filter((device) => lacksNothing(demand, device)).length >= demand.gpus;
}

function lacksNothing(demand: Demand, device: PlacementDevice): boolean {
  return device.availableBytes >= reservedOn(demand, device);
}

function tooLargeText(demand: Demand): string {
  const { candidates, gpus } = demand;
  const each = gpus > 1 ? ` on each of ${gpus} GPUs` : '';
  const shown = candidates
    .filter((device) => !lacksNothing(demand, device))
    .toSorted((a, b) => b.availableBytes - a.availableBytes)
    .slice(0, 3)
    .map(
      (device) =>
        `${deviceName(device)} has ${formatBytes(device.availableBytes)} available${usedBy(device)}`,
    );
  return `needs ${amountText(demand)}${each}, but ${listed(shown)}`;
}
