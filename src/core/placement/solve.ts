import type { PlacementDevice, PlacementProfile, PlacementVariant } from '../domain/placement.ts';
import { type Assigned, type Assignment, assign, type Budget, canStay } from './assign.ts';
import { demandsOf, type ProfileChoice } from './demand.ts';

/** Steps of the search for the best variants alone. */
const QUICK_STEPS = 500;

/** In which variants the profiles run, and on which devices. */
export interface Solution extends Assigned {
  /** sorted */
  readonly devices: readonly PlacementDevice[];
  /** in the order of the profiles */
  readonly choice: readonly ProfileChoice[];
  /** running profiles that keep their variant and their devices */
  readonly kept: ReadonlySet<string>;
}

/**
 * Returns the best way to run all profiles; null when there is none. Running services stay where they are. If the others do
 * not fit, running services are moved, then their profiles change variant; fixed profiles never change. Within that, the
 * first combination in the order of the profiles wins, best variants first. `devices` are sorted by `sortDevices`.
 */
export function solve(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  budget: Budget,
): Solution | null {
  const staying = profilesThatStay(devices, profiles);
  if (profiles.some((profile) => isFixed(profile) && !staying.includes(profile))) return null;
  for (const kept of looserAndLooser(staying)) {
    const found = firstCombination({ devices, profiles, budget, kept });
    if (found !== null) return found;
  }
  return null;
}

/** Returns the variants that may be used for a profile. */
export function variantsToTry(profile: PlacementProfile): readonly PlacementVariant[] {
  const only = isFixed(profile) ? profile.current : profile.requested;
  const named = profile.variants.filter(({ name }) => name === only);
  return named.length > 0 ? named : profile.variants;
}

/** Returns whether nothing of the profile may change: it runs and is not part of the request. */
export function isFixed(profile: PlacementProfile): boolean {
  return profile.fixed && profile.current !== null;
}

/** Returns the devices in an order that does not depend on the input's: whole GPUs by index, each before its MIG devices. */
export function sortDevices(devices: readonly PlacementDevice[]): readonly PlacementDevice[] {
  return devices.toSorted(
    (a, b) => a.index - b.index || a.kind.localeCompare(b.kind, 'en') || (a.uuid < b.uuid ? -1 : 1),
  );
}

/** Running profiles whose services fit where they are. Fixed ones come first; later ones yield to earlier ones. */
function profilesThatStay(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly PlacementProfile[] {
  const staying: ProfileChoice[] = [];
  for (const profile of profiles.toSorted((a, b) => Number(isFixed(b)) - Number(isFixed(a)))) {
    const running = runningChoice(profile);
    if (running === null || !demandsOf([running], devices).ok) continue;
    const tried = [...staying, running];
    const required = demandsOf(tried, devices);
    if (required.ok && canStay(required.demands, currentDevices(tried), devices)) staying.push(running);
  }
  return profiles.filter((profile) => staying.some((each) => each.profile === profile));
}

/** The variant in which a profile runs, if it may stay in it. */
function runningChoice(profile: PlacementProfile): ProfileChoice | null {
  const variant = variantsToTry(profile).find(({ name }) => name === profile.current);
  return variant === undefined ? null : { profile, variant };
}

/** What a running profile keeps. */
type Kept = ReadonlyMap<PlacementProfile, 'devices' | 'variant'>;

/** First everything stays; then one profile may move, the last one first; then all may; then variants may change too. */
function* looserAndLooser(staying: readonly PlacementProfile[]): Generator<Kept> {
  const movable = staying.filter((profile) => !isFixed(profile));
  const moving = (some: readonly PlacementProfile[]): Kept =>
    new Map(staying.map((profile) => [profile, some.includes(profile) ? 'variant' : 'devices']));
  yield moving([]);
  if (movable.length === 0) return;
  if (movable.length > 1) for (const profile of movable.toReversed()) yield moving([profile]);
  yield moving(movable);
  yield new Map(staying.filter(isFixed).map((profile) => [profile, 'devices']));
}

interface CombinationRequest {
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly PlacementProfile[];
  readonly budget: Budget;
  readonly kept: Kept;
}

function firstCombination({ devices, profiles, budget, kept }: CombinationRequest): Solution | null {
  const options = profiles.map((profile) => optionsOf(profile, kept));
  // profiles with one option are assigned first and at once: an impossible combination then fails early
  const certain = options.flatMap(([only, ...others]) =>
    only !== undefined && others.length === 0 ? [only] : [],
  );
  const open = options.filter(({ length }) => length > 1);
  const withChoice = (chosen: readonly ProfileChoice[], steps: Budget): Solution | null => {
    const choice = profiles.flatMap((profile) => chosen.filter((each) => each.profile === profile));
    const pinned = choice.filter(({ profile }) => kept.get(profile) === 'devices');
    const assigned = assign({ devices, choice, pins: currentDevices(pinned), budget: steps });
    if (assigned === null) return null;
    return { ...assigned, devices, choice, kept: new Set(pinned.map(({ profile }) => profile.profile)) };
  };
  const extend = (chosen: readonly ProfileChoice[]): Solution | null => {
    const solution = withChoice(chosen, budget);
    const next = open[chosen.length - certain.length];
    if (solution === null || next === undefined) return solution;
    for (const option of next) {
      const longer = extend([...chosen, option]);
      if (longer !== null) return longer;
    }
    return null;
  };
  // mostly all best options fit: that is one search instead of one for each profile
  const quick: Budget = { nodes: QUICK_STEPS, cutShort: false };
  const best =
    open.length > 1
      ? withChoice(
          options.flatMap(([first]) => first ?? []),
          quick,
        )
      : null;
  return best !== null && !quick.cutShort ? best : extend(certain);
}

function optionsOf(profile: PlacementProfile, kept: Kept): readonly ProfileChoice[] {
  const running = kept.has(profile) ? runningChoice(profile) : null;
  if (running !== null) return [running];
  return variantsToTry(profile).map((variant) => ({ profile, variant }));
}

/** The devices on which the services of a choice run now. */
function currentDevices(choice: readonly ProfileChoice[]): Assignment {
  const services = choice.flatMap(({ variant }) => variant.services);
  return new Map(
    services.flatMap(({ service, current }) => (current === null ? [] : [[service, current] as const])),
  );
}
