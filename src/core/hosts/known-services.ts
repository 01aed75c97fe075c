import type { Catalog } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';

/** The services of profiles, each by itself: equal ones of several profiles have one name, whatever profiles run together. */
export interface KnownServices {
  readonly names: ServiceNames;
  /** profile → variant → its services */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, readonly SelectedService[]>>;
}

/** Returns the services of each variant of the profiles. Existing names stay. @throws RmaError RMA_PROFILE_UNKNOWN (2) */
export function knownServices(
  catalog: Catalog,
  profiles: readonly string[],
  existing: ServiceNames,
): KnownServices {
  const services = new Map(
    profiles.map((profile) => [profile, servicesByVariant(catalog, profile, existing)] as const),
  );
  const names = new Map<string, string>(Object.entries(existing));
  const known = new Set(names.values());
  for (const { service, identity } of [...services.values()].flatMap((each) => [...each.values()].flat())) {
    if (known.has(identity)) continue;
    known.add(identity);
    // no service has such a name, and these are seen by no one
    names.set(names.has(service) ? `${service} ${identity}` : service, identity);
  }
  return { names: Object.fromEntries(names), services };
}

function servicesByVariant(
  catalog: Catalog,
  profile: string,
  names: ServiceNames,
): ReadonlyMap<string, readonly SelectedService[]> {
  return new Map(
    findProfile(catalog, profile).variants.map((variant) => {
      const variants = new Map([[profile, variant.name]]);
      return [variant.name, selectServices(catalog, [profile], { variants, names }).services] as const;
    }),
  );
}
