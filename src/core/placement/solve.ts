import type {
  PlacementDevice,
  PlacementProfile,
  PlacementService,
  PlacementVariant,
} from '../domain/placement.ts';
import {
  type Assignment,
  assign,
  type Budget,
  type Choice,
  demandsOf,
  emptyBins,
  putPinned,
} from './assign.ts';

/** How the profiles are run, and where. */
export interface Solution {
  readonly choice: Choice;
  readonly assignment: Assignment;
  /** profiles that keep their variant and their devices because they run */
  readonly kept: ReadonlySet<string>;
}

/**
 * The best way to run all profiles, null when there is none. What runs stays where it is; when the rest does not fit beside
 * it, running services are moved, then other variants are taken for them; `fixed` profiles never change. Within that, the
 * first combination in the order of the profiles, best variants first. `devices` are sorted by `sortDevices`.
 */
export function solve(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  budget: Budget,
): Solution | null {
  const keeping = profilesThatStay(devices, profiles);
  if (profiles.some((profile) => isFixed(profile) && !keeping.includes(profile))) return null;
  for (const kept of looserAndLooser(keeping)) {
    const found = firstCombination(devices, profiles, kept, budget);
    if (found !== null) return found;
  }
  return null;
}

/** The variants that may be used for a profile. */
export function variantsToTry(profile: PlacementProfile): readonly PlacementVariant[] {
  const only = isFixed(profile) ? profile.current : profile.wanted;
  const named = profile.variants.filter(({ name }) => name === only);
  return named.length > 0 ? named : profile.variants;
}

/** Not acted on now, and running: nothing of it may change. */
export function isFixed(profile: PlacementProfile): boolean {
  return profile.fixed && profile.current !== null;
}

/** The same devices always in the same order: whole GPUs as the driver counts, then their MIG devices. */
export function sortDevices(devices: readonly PlacementDevice[]): readonly PlacementDevice[] {
  return devices.toSorted(
    (a, b) => a.index - b.index || a.kind.localeCompare(b.kind, 'en') || (a.uuid < b.uuid ? -1 : 1),
  );
}

/** Running profiles whose services fit where they are, fixed ones first: later ones yield to earlier ones. */
function profilesThatStay(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly PlacementProfile[] {
  const staying = new Set<PlacementProfile>();
  const placed = new Set<string>();
  let bins = emptyBins(devices);
  for (const profile of profiles.toSorted((a, b) => Number(isFixed(b)) - Number(isFixed(a)))) {
    const choice = runningChoice(profile);
    const demands = demandsOf(choice, devices);
    if (choice.length === 0 || 'ok' in demands) continue;
    const fresh = demands.filter(({ service }) => !placed.has(service.service));
    const trial = bins.map((bin) => ({ ...bin }));
    if (!putPinned(trial, fresh, pinsOf(choice), devices)) continue;
    bins = trial;
    staying.add(profile);
    for (const { service } of fresh) placed.add(service.service);
  }
  return profiles.filter((profile) => staying.has(profile));
}

/** The variant that a profile is to keep, as a choice of one or none. */
function runningChoice(profile: PlacementProfile): Choice {
  const only = variantsToTry(profile).find(({ name }) => name === profile.current);
  return only === undefined ? [] : [[profile, only]];
}

/** What is kept of a profile. */
type Kept = 'devices' | 'variant';

/** Everything stays; then one profile may move, the last one first; then all may; then their variants may change too. */
function* looserAndLooser(
  keeping: readonly PlacementProfile[],
): Generator<ReadonlyMap<PlacementProfile, Kept>> {
  const all = (kept: (profile: PlacementProfile) => Kept): ReadonlyMap<PlacementProfile, Kept> =>
    new Map(keeping.map((profile) => [profile, isFixed(profile) ? 'devices' : kept(profile)]));
  yield all(() => 'devices');
  const movable = keeping.filter((profile) => !isFixed(profile));
  if (movable.length === 0) return;
  if (movable.length > 1) {
    for (const one of movable.toReversed()) yield all((each) => (each === one ? 'variant' : 'devices'));
  }
  yield all(() => 'variant');
  yield new Map(keeping.filter(isFixed).map((profile) => [profile, 'devices']));
}

function firstCombination(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  kept: ReadonlyMap<PlacementProfile, Kept>,
  budget: Budget,
): Solution | null {
  const options = (profile: PlacementProfile): readonly PlacementVariant[] =>
    kept.has(profile) ? runningVariant(profile) : variantsToTry(profile);
  // what leaves no choice goes in first and at once, so that a combination that cannot be is left early
  const settled = profiles.filter((profile) => options(profile).length === 1);
  const open = profiles.filter((profile) => !settled.includes(profile));
  const tryOut = (choice: Choice): Assignment | null =>
    assign(choice, pinsOf(choice.filter(([profile]) => kept.get(profile) === 'devices')), devices, budget);
  const extend = (choice: Choice, assignment: Assignment | null): Solution | null => {
    if (assignment === null) return null;
    const next = open[choice.length - settled.length];
    if (next === undefined)
      return { choice: inOrder(choice, profiles), assignment, kept: keptOnDevices(kept) };
    for (const variant of options(next)) {
      const longer: Choice = [...choice, [next, variant]];
      const solution = extend(longer, tryOut(longer));
      if (solution !== null) return solution;
    }
    return null;
  };
  const start = settled.flatMap((profile) => options(profile).map((variant) => [profile, variant] as const));
  return extend(start, tryOut(start));
}

function runningVariant(profile: PlacementProfile): readonly PlacementVariant[] {
  return runningChoice(profile).map(([, variant]) => variant);
}

function keptOnDevices(kept: ReadonlyMap<PlacementProfile, Kept>): ReadonlySet<string> {
  return new Set([...kept].filter(([, what]) => what === 'devices').map(([{ profile }]) => profile));
}

function inOrder(choice: Choice, profiles: readonly PlacementProfile[]): Choice {
  return profiles.flatMap((profile) => choice.filter(([each]) => each === profile));
}

/** Where the running services of a choice stand. */
function pinsOf(choice: Choice): ReadonlyMap<string, readonly string[]> {
  const services = choice.flatMap(([, variant]): readonly PlacementService[] => variant.services);
  return new Map(
    services.flatMap(({ service, current }) => (current === null ? [] : [[service, current] as const])),
  );
}
