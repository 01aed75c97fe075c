import type { Catalog } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';

/** The services of profiles, each by itself: equal ones of several profiles have one name, whatever profiles run together. */
export interface KnownServices {
  /** profile → the names of its services */
  readonly names: ReadonlyMap<string, ServiceNames>;
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
  const nameOf = new Map(Object.entries(existing).map(([name, identity]) => [identity, name]));
  const taken = new Set(nameOf.values());
  for (const { service, identity } of [...services.values()].flatMap(all)) {
    if (nameOf.has(identity)) continue;
    // internal names, which are not shown
    const name = taken.has(service) ? `${service} ${identity}` : service;
    taken.add(name);
    nameOf.set(identity, name);
  }
  const names = [...services].map(([profile, variants]) => {
    const own = all(variants).map(({ identity }) => [nameOf.get(identity) ?? '', identity] as const);
    return [profile, Object.fromEntries(own)] as const;
  });
  return { names: new Map(names), services };
}

function all(variants: ReadonlyMap<string, readonly SelectedService[]>): readonly SelectedService[] {
  return [...variants.values()].flat();
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
