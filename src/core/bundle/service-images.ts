import type { Catalog, ProfileService } from '../domain/profile.ts';
import { findProfile, findVariant } from '../profile/select-services.ts';

/** The images of one variant of a profile: of each service, those that it may run, depending on the GPU. */
export interface VariantImages {
  readonly profile: string;
  readonly services: readonly (readonly string[])[];
}

export interface ImageSettings {
  /** engine → image of the user */
  readonly images: Readonly<Record<string, string>>;
  /** profile → variant of the user */
  readonly variants: Readonly<Record<string, string>>;
}

/** Returns the images that the profiles may run: of all their variants, or of the chosen one. @throws RmaError RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN (2) */
export function variantImages(
  catalog: Catalog,
  profiles: readonly string[],
  { images, variants }: ImageSettings,
): readonly VariantImages[] {
  return profiles.flatMap((name) => {
    const profile = findProfile(catalog, name);
    const chosen = variants[name];
    const all = chosen === undefined ? profile.variants : [findVariant(profile, chosen)];
    return all.map(({ services }) => ({
      profile: name,
      services: services.map((service) => candidates(catalog, service, images)),
    }));
  });
}

function candidates(
  { engines }: Catalog,
  { engine: name, gpus }: ProfileService,
  images: ImageSettings['images'],
): readonly string[] {
  const engine = engines.get(name);
  const own = images[name];
  if (own !== undefined || engine === undefined) return own === undefined ? [] : [own];
  if (gpus === 0 || engine.gpu === 'none') return [engine.cpuImage ?? engine.image];
  return [...new Set([engine.image, ...Object.values(engine.imagesByCompute)])];
}

/** Which images are exported, and which are missing. */
export interface ImageChoice {
  readonly present: readonly string[];
  readonly missing: readonly string[];
  /** profiles that cannot run with those that are present */
  readonly unrunnable: readonly string[];
  /** images with which the preferred variants of these profiles could run */
  readonly required: readonly string[];
}

/** Returns which images of the profiles an engine has. A profile can run if a variant has an image for each service. */
export function chooseImages(variants: readonly VariantImages[], present: ReadonlySet<string>): ImageChoice {
  const all = [...new Set(variants.flatMap(({ services }) => services.flat()))].sort();
  const runnable = new Set(
    variants
      .filter(({ services }) => services.every((each) => each.some((image) => present.has(image))))
      .map(({ profile }) => profile),
  );
  const unrunnable = [...new Set(variants.map(({ profile }) => profile))].filter(
    (name) => !runnable.has(name),
  );
  const required = unrunnable.flatMap((name) => {
    const [preferred] = variants.filter(({ profile }) => profile === name);
    const lacking = (preferred?.services ?? []).filter((each) => !each.some((image) => present.has(image)));
    return lacking.flatMap(([image]) => image ?? []);
  });
  return {
    present: all.filter((image) => present.has(image)),
    missing: all.filter((image) => !present.has(image)),
    unrunnable,
    required: [...new Set(required)],
  };
}
