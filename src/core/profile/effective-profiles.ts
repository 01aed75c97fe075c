import type { GpuSettings } from '../domain/config.ts';
import type { Catalog, Profile, ProfileVariant } from '../domain/profile.ts';
import { findModel } from './find-model.ts';
import { findProfile, findVariant } from './select-services.ts';

/** The profile that replaces one without a GPU, if the settings allow it. */
const CPU_FALLBACK = 'cpu-worker';

/** A profile that takes part in planning, with the variants that may be taken. */
export interface EffectiveProfile {
  readonly name: string;
  /** best first; at least one */
  readonly variants: readonly string[];
  /** minimum GPU size, bytes: of the settings, else of the profile; null: none */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
}

export interface EffectiveProfiles {
  readonly profiles: readonly EffectiveProfile[];
  /** messages for the user, one line each */
  readonly notes: readonly string[];
}

export interface ProfileWish {
  readonly catalog: Catalog;
  /** in the order of the project's set */
  readonly profiles: readonly string[];
  readonly gpu: Pick<GpuSettings, 'use' | 'minBytes'>;
  /** profile → variant chosen by the user */
  readonly pinned: Readonly<Record<string, string>>;
  /** references that their source lacks */
  readonly missing: ReadonlySet<string>;
}

/**
 * Returns the profiles and variants that can be placed. `required`: the GPU variants of a profile that has some; `auto`:
 * all, preferred first; `off`: CPU variants, or the CPU worker instead of a profile without one. A variant chosen by the
 * user is the only one. A variant with a missing optional model is skipped if the profile has another one.
 * @throws RmaError RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN exit 2
 */
export function effectiveProfiles(wish: ProfileWish): EffectiveProfiles {
  const start: EffectiveProfiles = { profiles: [], notes: [] };
  return wish.profiles.reduce((result, name) => addProfile(result, wish, name), start);
}

/**
 * Returns the profiles without one that fits on no GPU, which is replaced by its CPU variants, else by the CPU worker.
 * Null if the settings do not allow it, or if the profile does not use GPUs.
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

/** Returns whether no service of the variant uses a GPU. */
export function isOnCpu({ engines }: Catalog, { services }: ProfileVariant): boolean {
  return services.every(({ engine, gpus }) => gpus === 0 || engines.get(engine)?.gpu === 'none');
}

function addProfile(result: EffectiveProfiles, wish: ProfileWish, name: string): EffectiveProfiles {
  const profile = findProfile(wish.catalog, name);
  const { there, notes } = presentVariants(wish, profile);
  const told = { profiles: result.profiles, notes: [...result.notes, ...notes] };
  const allowed = allowedVariants(wish, there);
  if (allowed.length === 0) return standIn(told, wish, name, 'GPUs are disabled');
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

/** Returns the variant chosen by the user, else all whose models exist. */
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
      (ref) => `profile ${profile.name}: variant ${variant.name} is skipped, model ${ref} not found`,
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

/** Adds the CPU worker once, even if it replaces several profiles. */
function standIn(result: EffectiveProfiles, wish: ProfileWish, name: string, why: string): EffectiveProfiles {
  const profile = findProfile(wish.catalog, CPU_FALLBACK);
  const { there } = presentVariants(wish, profile);
  const onCpu = there.filter((variant) => isOnCpu(wish.catalog, variant));
  const notes = [...result.notes, `${CPU_FALLBACK} replaces profile ${name}: ${why}`];
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
