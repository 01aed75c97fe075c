import type { Catalog } from '../domain/profile.ts';
import { findProfile } from './select-services.ts';

/** Returns whether a variant of the profiles has a service that can use a GPU. @throws RmaError RMA_PROFILE_UNKNOWN (2) */
export function usesGpus(catalog: Catalog, profiles: readonly string[]): boolean {
  const services = profiles.flatMap((name) =>
    findProfile(catalog, name).variants.flatMap((variant) => variant.services),
  );
  return services.some(({ engine, gpus }) => gpus !== 0 && catalog.engines.get(engine)?.gpu !== 'none');
}
