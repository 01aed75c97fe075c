import type {
  NotPlaced,
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementVariant,
} from '../domain/placement.ts';
import { assign, type Budget } from './assign.ts';
import { amountText, type Demand, demandsOf } from './demand.ts';
import { formatMib, shortList } from './device-name.ts';
import { decidingReasons, type Layout, missingBytes, reasonOf } from './explain.ts';
import { doesNotFitWith, whyNeverFits } from './refused-variants.ts';
import { withRoomForRunning } from './room-for-running.ts';
import { isFixed, solve, sortDevices, variantsToTry } from './solve.ts';
import { changeThatFits } from './suggest.ts';

/** The searches behind an error are small: they place fewer profiles than the whole. */
const SMALL_BUDGET = 1000;

/** The first profile that does not fit, and those that fit without it. */
interface Conflict {
  readonly devices: readonly PlacementDevice[];
  readonly profile: PlacementProfile;
  readonly placed: readonly PlacementProfile[];
  readonly code: PlacementFault;
}

/** A service that finds no devices next to those of the layout. */
interface Unplaced {
  readonly demand: Demand;
  readonly layout: Layout;
}

/** Returns why the profiles cannot be placed: the first that does not fit next to those before it, and what would help. */
export function notPlaced(
  measured: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  budget: Budget,
): NotPlaced {
  const devices = sortDevices(withRoomForRunning(measured, profiles));
  const conflict = findConflict(devices, profiles);
  const { profile, code } = conflict;
  const unplaced = unplacedService(conflict);
  const verdict = isFixed(profile) ? 'no longer fits on its current GPUs' : 'does not fit';
  const cut = budget.cutShort ? '; the search was cut short, so a placement may exist' : '';
  return {
    ok: false,
    code,
    profile: profile.profile,
    message: `profile ${profile.profile} ${verdict}: ${causeText(conflict, unplaced)}${cut}`,
    hint: changeThatFits({ devices: measured, profiles, profile, code }),
    refusedVariants: variantsToTry(profile).map((variant) => ({
      profile: profile.profile,
      variant: variant.name,
      why: whyRefused(conflict, variant),
    })),
    reasons: unplaced === null ? [] : [reasonOf(unplaced.layout, unplaced.demand)],
  };
}

/** Running profiles are placed first, so that a new one is reported as the one that does not fit. */
function findConflict(devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]): Conflict {
  const order = profiles.toSorted((a, b) => rank(a) - rank(b));
  const fits = (count: number): boolean => solve(devices, order.slice(0, count), smallBudget()) !== null;
  // binary search for the longest list that fits: adding a profile never makes the others fit
  let most = 0;
  for (let beyond = order.length; beyond - most > 1; ) {
    const middle = Math.floor((most + beyond) / 2);
    if (fits(middle)) most = middle;
    else beyond = middle;
  }
  const profile = order[most];
  if (profile === undefined) throw new Error('no profiles to place');
  return { devices, profile, placed: order.slice(0, most), code: faultCode(devices, profile) };
}

function rank(profile: PlacementProfile): number {
  if (isFixed(profile)) return 0;
  return profile.current === null ? 2 : 1;
}

function faultCode(devices: readonly PlacementDevice[], profile: PlacementProfile): PlacementFault {
  const codes = variantsToTry(profile).map((variant) => {
    const required = demandsOf([{ profile, variant }], devices);
    return required.ok ? 'RMA_GPU_NO_FIT' : required.code;
  });
  const [first = 'RMA_GPU_NO_FIT'] = codes;
  return codes.includes('RMA_GPU_NO_FIT') ? 'RMA_GPU_NO_FIT' : first;
}

/** The first service of the smallest variant that finds no place next to all that do; null when there is none. */
function unplacedService({ devices, profile, placed }: Conflict): Unplaced | null {
  const base = solve(devices, placed, smallBudget());
  const smallest = variantsToTry(profile).at(-1);
  if (base === null || smallest === undefined) return null;
  let { assignment } = base;
  for (let count = 1; count <= smallest.services.length; count += 1) {
    const variant = { ...smallest, services: smallest.services.slice(0, count) };
    const choice = [...base.choice, { profile, variant }];
    const required = demandsOf(choice, devices);
    if (!required.ok) return null;
    const found = assign({ devices, choice, pins: base.assignment, budget: smallBudget() });
    if (found === null) {
      const demand = required.demands.at(-1);
      return demand === undefined
        ? null
        : { demand, layout: { devices, demands: required.demands, assignment } };
    }
    assignment = found.assignment;
  }
  return null;
}

function causeText({ devices, profile, code }: Conflict, unplaced: Unplaced | null): string {
  if (unplaced === null || code !== 'RMA_GPU_NO_FIT') {
    const variant = variantsToTry(profile).at(code === 'RMA_GPU_NO_FIT' ? -1 : 0);
    const never = variant === undefined ? null : whyNeverFits(devices, { profile, variant });
    return never ?? 'its services do not fit alongside the other profiles';
  }
  const { demand, layout } = unplaced;
  const shown = shortList(decidingReasons(layout, demand)) || 'no combination of its GPUs fits';
  const each = demand.gpus > 1 ? ` on each of ${demand.gpus} GPUs` : '';
  const missing = missingBytes(layout, demand);
  const lack = missing === null ? '' : `; ${formatMib(missing)} short`;
  return `${demand.service.service} needs ${amountText(demand)}${each}, but ${shown}${lack}`;
}

function whyRefused({ devices, profile, placed }: Conflict, variant: PlacementVariant): string {
  const never = whyNeverFits(devices, { profile, variant });
  if (never !== null) return never;
  return isFixed(profile) ? 'does not fit on its current GPUs' : doesNotFitWith(placed);
}

function smallBudget(): Budget {
  return { nodes: SMALL_BUDGET, cutShort: false };
}
