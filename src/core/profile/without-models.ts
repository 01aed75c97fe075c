import type { Catalog, Profile, ProfileService, ProfileVariant } from '../domain/profile.ts';
import { findModel } from './find-model.ts';

/** What a profile loses with the models that their sources do not have. */
export interface LeftOut {
  readonly profile: string;
  readonly variant: string;
  /** names as the profile has them */
  readonly models: readonly string[];
  /** the variant goes as a whole, for a service of it would serve nothing */
  readonly whole: boolean;
}

export interface WithoutModels {
  readonly catalog: Catalog;
  readonly leftOut: readonly LeftOut[];
}

/**
 * The catalog as if it had never named these references: a service goes on with its other models; a variant that has a
 * service without any is left out. A profile all of whose variants would go keeps them as they are.
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
