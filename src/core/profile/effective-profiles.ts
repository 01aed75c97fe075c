import type { GpuSettings } from '../domain/config.ts';
import type { Catalog, Profile, ProfileVariant } from '../domain/profile.ts';
import { findModel } from './find-model.ts';
import { findProfile, findVariant } from './select-services.ts';

/** The profile that takes the place of one that finds no GPU, where the settings allow it. */
const STAND_IN = 'cpu-worker';

/** A profile that takes part in planning, with the variants that may be taken. */
export interface EffectiveProfile {
  readonly name: string;
  /** best first; at least one */
  readonly variants: readonly string[];
  /** smallest GPU, bytes: of the settings, else of the profile; null: none */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
}

export interface EffectiveProfiles {
  readonly profiles: readonly EffectiveProfile[];
  /** what a user should be told, one line each */
  readonly notes: readonly string[];
}

export interface ProfileWish {
  readonly catalog: Catalog;
  /** in the order of the project's set */
  readonly profiles: readonly string[];
  readonly gpu: Pick<GpuSettings, 'use' | 'minBytes'>;
  /** profile → variant that is wanted, whatever fits better */
  readonly pinned: Readonly<Record<string, string>>;
  /** references that their source lacks */
  readonly missing: ReadonlySet<string>;
}

/**
 * Which profiles take part, before anything is placed. `required`: the variants on GPUs, of a profile that has some;
 * `auto`: all, best first; `off`: those on the CPU, and where a profile has none the CPU worker in its place. A variant
 * that is asked for by name is the only one. A variant with an optional model that its source lacks is left out, as long
 * as another is left.
 * @throws RmaError RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN exit 2
 */
export function effectiveProfiles(wish: ProfileWish): EffectiveProfiles {
  const start: EffectiveProfiles = { profiles: [], notes: [] };
  return wish.profiles.reduce((result, name) => addProfile(result, wish, name), start);
}

/**
 * The same without a profile that fits on no GPU: its variants on the CPU take its place, else the CPU worker. Null where
 * the settings do not allow it, or nothing of it is on GPUs.
 */
export function withoutGpu(
  { profiles, notes }: EffectiveProfiles,
  wish: ProfileWish,
  name: string,
  why: string,
): EffectiveProfiles | null {
  if (wish.gpu.use !== 'auto') return null;
  const found = profiles.find((profile) => profile.name === name);
  const profile = findProfile(wish.catalog, name);
  const onCpu = profile.variants.filter((variant) => isOnCpu(wish.catalog, variant));
  if (found === undefined || found.variants.every((one) => onCpu.some((variant) => variant.name === one))) {
    return null;
  }
  const others = { profiles: profiles.filter((other) => other !== found), notes };
  const allowed = onCpu.filter((variant) => found.variants.includes(variant.name));
  const [first] = allowed;
  if (first === undefined) return standIn(others, wish, name, why);
  const variants = allowed.map((variant) => variant.name);
  return {
    profiles: profiles.map((other) => (other === found ? { ...found, variants } : other)),
    notes: [...notes, `profile ${name} runs on the CPU, in its variant ${first.name}: ${why}`],
  };
}

/** Whether no service of the variant wants a GPU. */
export function isOnCpu({ engines }: Catalog, { services }: ProfileVariant): boolean {
  return services.every(({ engine, gpus }) => gpus === 0 || engines.get(engine)?.gpu === 'none');
}

function addProfile(result: EffectiveProfiles, wish: ProfileWish, name: string): EffectiveProfiles {
  const profile = findProfile(wish.catalog, name);
  const { there, notes } = presentVariants(wish, profile);
  const told = { profiles: result.profiles, notes: [...result.notes, ...notes] };
  const allowed = allowedVariants(wish, there);
  if (allowed.length === 0) return standIn(told, wish, name, 'no GPU is to be used');
  return added(told, effective(wish, profile, allowed));
}

function allowedVariants(
  { catalog, gpu }: ProfileWish,
  variants: readonly ProfileVariant[],
): readonly ProfileVariant[] {
  const onCpu = variants.filter((variant) => isOnCpu(catalog, variant));
  if (gpu.use === 'off') return onCpu;
  const onGpu = variants.filter((variant) => !onCpu.includes(variant));
  return gpu.use === 'auto' || onGpu.length === 0 ? variants : onGpu;
}

/** The variant that is asked for, else all whose models are there. */
function presentVariants(
  { catalog, pinned, missing }: ProfileWish,
  profile: Profile,
): { readonly there: readonly ProfileVariant[]; readonly notes: readonly string[] } {
  const asked = pinned[profile.name];
  if (asked !== undefined) return { there: [findVariant(profile, asked)], notes: [] };
  const lacks = (variant: ProfileVariant): readonly string[] => missingOptional(catalog, variant, missing);
  const there = profile.variants.filter((variant) => lacks(variant).length === 0);
  if (there.length === 0) return { there: profile.variants, notes: [] };
  const notes = profile.variants.flatMap((variant) =>
    lacks(variant).map(
      (ref) => `profile ${profile.name} goes on without its variant ${variant.name}: there is no ${ref}`,
    ),
  );
  return { there, notes };
}

function missingOptional(
  catalog: Catalog,
  { services }: ProfileVariant,
  missing: ReadonlySet<string>,
): readonly string[] {
  const names = services.flatMap(({ models }) => models);
  return names
    .filter((name) => catalog.models.get(name)?.optional === true)
    .map((name) => findModel(catalog, name).ref)
    .filter((ref) => missing.has(ref));
}

/** The CPU worker once, however many profiles it stands in for. */
function standIn(result: EffectiveProfiles, wish: ProfileWish, name: string, why: string): EffectiveProfiles {
  const profile = findProfile(wish.catalog, STAND_IN);
  const { there } = presentVariants(wish, profile);
  const onCpu = there.filter((variant) => isOnCpu(wish.catalog, variant));
  const notes = [...result.notes, `${STAND_IN} takes the place of profile ${name}: ${why}`];
  return added({ profiles: result.profiles, notes }, effective(wish, profile, onCpu));
}

function effective(
  { gpu }: ProfileWish,
  { name, minGpuBytes, recommendedGpuBytes }: Profile,
  variants: readonly ProfileVariant[],
): EffectiveProfile {
  return {
    name,
    variants: variants.map((variant) => variant.name),
    minGpuBytes: gpu.minBytes ?? minGpuBytes,
    recommendedGpuBytes,
  };
}

function added({ profiles, notes }: EffectiveProfiles, profile: EffectiveProfile): EffectiveProfiles {
  const known = profiles.some(({ name }) => name === profile.name);
  return { profiles: known ? profiles : [...profiles, profile], notes };
}
