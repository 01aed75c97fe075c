import type { Catalog, Profile, ProfileService, ProfileVariant } from '../domain/profile.ts';
import { findModel } from './find-model.ts';

/** Models of a variant that do not exist in their sources. */
export interface LeftOut {
  readonly profile: string;
  readonly variant: string;
  /** names in the profile */
  readonly models: readonly string[];
  /** the variant is removed, because one of its services would have no models */
  readonly whole: boolean;
}

export interface WithoutModels {
  readonly catalog: Catalog;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Returns the catalog without these references: services keep their other models; a variant with a service without models
 * is removed. A profile keeps its variants if all of them would be removed.
 */
export function withoutModels(catalog: Catalog, refs: ReadonlySet<string>): WithoutModels {
  if (refs.size === 0) return { catalog, leftOut: [] };
  const isGone = (model: string): boolean => refs.has(findModel(catalog, model).ref);
  const leftOut: LeftOut[] = [];
  const profiles = new Map<string, Profile>();
  for (const [name, profile] of catalog.profiles) {
    const lost = profile.variants.map((variant) => lossOf(profile.name, variant, isGone));
    const kept = profile.variants.filter((_, at) => lost[at]?.whole !== true);
    const [first, ...rest] = kept.map((variant) => reduced(variant, isGone));
    profiles.set(name, first === undefined ? profile : { ...profile, variants: [first, ...rest] });
    if (first !== undefined) leftOut.push(...lost.filter(({ models }) => models.length > 0));
  }
  return { catalog: { ...catalog, profiles }, leftOut };
}

function lossOf(profile: string, variant: ProfileVariant, isGone: (model: string) => boolean): LeftOut {
  const models = [...new Set(variant.services.flatMap((service) => service.models.filter(isGone)))];
  const whole = variant.services.some((service) => service.models.length > 0 && service.models.every(isGone));
  return { profile, variant: variant.name, models, whole };
}

function reduced(variant: ProfileVariant, isGone: (model: string) => boolean): ProfileVariant {
  const services = variant.services.map(
    (service): ProfileService => ({
      ...service,
      models: service.models.filter((model) => !isGone(model)),
    }),
  );
  return { ...variant, services };
}
