import type {
  NotPlaced,
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementReason,
  PlacementVariant,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { assign, type Budget, demandsOf } from './assign.ts';
import { deviceName, listed, missingMib } from './device-name.ts';
import { explain, missingBytes } from './explain.ts';
import { whyNeverFits } from './refused-variants.ts';
import { isFixed, type Solution, solve, variantsToTry } from './solve.ts';
import { changeThatFits } from './suggest.ts';

/** Devices that are named in a message; `rma plan --explain` shows them all. */
const SHOWN = 3;

/** Why the profiles cannot be placed: the first that does not fit beside those before it, and what would help. */
export function notPlaced(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  budget: Budget,
): NotPlaced {
  const { profile, before } = bindingProfile(devices, profiles);
  const code = faultCode(devices, profile);
  const binding = bindingService(devices, before, profile);
  const cause = causeText(devices, profile, binding, code);
  const cut = budget.cutShort ? '; the search was cut short, there may be a way' : '';
  return {
    ok: false,
    code,
    profile: profile.profile,
    message: `profile ${profile.profile} ${isFixed(profile) ? 'does not fit any more where it runs' : 'does not fit'}: ${cause}${cut}`,
    hint: changeThatFits(devices, profiles, profile, code),
    refusedVariants: variantsToTry(profile).map(({ name }, at) => ({
      profile: profile.profile,
      variant: name,
      why: whyRefused(devices, profile, variantsToTry(profile)[at], before),
    })),
    reasons: binding === null ? [] : [binding.reason],
  };
}

/** What runs is asked first: it is the newcomer that does not fit. */
function bindingProfile(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): { readonly profile: PlacementProfile; readonly before: readonly PlacementProfile[] } {
  const rank = (profile: PlacementProfile): number => {
    if (isFixed(profile)) return 0;
    return profile.current === null ? 2 : 1;
  };
  const order = profiles.toSorted((a, b) => rank(a) - rank(b));
  const fits = (count: number): boolean => solve(devices, order.slice(0, count), smallBudget()) !== null;
  // so many of the first fit; a longer list never fits where a shorter one does not
  let most = 0;
  for (let beyond = order.length; beyond - most > 1; ) {
    const middle = Math.floor((most + beyond) / 2);
    if (fits(middle)) most = middle;
    else beyond = middle;
  }
  const profile = order[most];
  if (profile === undefined) throw new Error('no profiles were to be placed');
  return { profile, before: order.slice(0, most) };
}

function faultCode(devices: readonly PlacementDevice[], profile: PlacementProfile): PlacementFault {
  const codes = variantsToTry(profile).map((variant) => {
    const demands = demandsOf([[profile, variant]], devices);
    return 'ok' in demands ? demands.code : 'RMA_GPU_NO_FIT';
  });
  const [first = 'RMA_GPU_NO_FIT'] = codes;
  return codes.includes('RMA_GPU_NO_FIT') ? 'RMA_GPU_NO_FIT' : first;
}

interface Binding {
  readonly reason: PlacementReason;
  readonly bytes: number;
  readonly gpus: number;
  /** null: it is not memory that is missing */
  readonly missing: number | null;
}

/** The service of the smallest variant that finds no place beside all that do; null when no arrangement shows one. */
function bindingService(
  devices: readonly PlacementDevice[],
  before: readonly PlacementProfile[],
  profile: PlacementProfile,
): Binding | null {
  const base = solve(devices, before, smallBudget());
  const smallest = variantsToTry(profile).at(-1);
  if (base === null || smallest === undefined) return null;
  const pins = base.assignment;
  let assignment = pins;
  for (let count = 1; count <= smallest.services.length; count += 1) {
    const variant: PlacementVariant = { ...smallest, services: smallest.services.slice(0, count) };
    const choice = [...base.choice, [profile, variant] as const];
    if ('ok' in demandsOf(choice, devices)) return null;
    const found = assign(choice, pins, devices, smallBudget());
    if (found === null) return bindingOf(devices, { choice, assignment, kept: new Set() });
    assignment = found;
  }
  return null;
}

/** The last service of the solution is the one without devices. */
function bindingOf(devices: readonly PlacementDevice[], solution: Solution): Binding | null {
  const reason = explain(devices, solution).at(-1);
  const demands = demandsOf(solution.choice, devices);
  const demand = 'ok' in demands ? undefined : demands.at(-1);
  if (reason === undefined || demand === undefined) return null;
  const { bytes, gpus } = demand;
  return { reason, bytes, gpus, missing: missingBytes(devices, solution, demand) };
}

function causeText(
  devices: readonly PlacementDevice[],
  profile: PlacementProfile,
  binding: Binding | null,
  code: PlacementFault,
): string {
  const smallest = variantsToTry(profile).at(code === 'RMA_GPU_NO_FIT' ? -1 : 0);
  const never = smallest === undefined ? null : whyNeverFits(devices, profile, smallest);
  if (binding === null || code !== 'RMA_GPU_NO_FIT') {
    return never ?? 'its services do not fit together with the others';
  }
  const named = new Map(devices.map((device) => [device.uuid, deviceName(device)]));
  const refused = binding.reason.refused.map(({ uuid, why }) => `${named.get(uuid)} ${why}`);
  const more = refused.length > SHOWN ? `, and ${refused.length - SHOWN} more` : '';
  const each = binding.gpus > 1 ? ` on each of ${binding.gpus} GPUs` : '';
  const missing = binding.missing === null ? '' : `; ${missingMib(binding.missing)} are missing`;
  const shown = more === '' ? listed(refused) : refused.slice(0, SHOWN).join(', ');
  return `${binding.reason.service} needs ${formatBytes(binding.bytes)}${each}, but ${shown}${more}${missing}`;
}

function whyRefused(
  devices: readonly PlacementDevice[],
  profile: PlacementProfile,
  variant: PlacementVariant | undefined,
  before: readonly PlacementProfile[],
): string {
  const never = variant === undefined ? null : whyNeverFits(devices, profile, variant);
  if (never !== null) return never;
  if (isFixed(profile)) return 'does not fit where it runs';
  return `does not fit beside ${listed(before.map((each) => each.profile))}`;
}

/** The questions behind an error are easy ones: fewer profiles than the whole. */
function smallBudget(): Budget {
  return { nodes: 1000, cutShort: false };
}
