import type { Catalog, Profile, ProfileVariant } from '../domain/profile.ts';
import type { SelectedProfile, SelectedService, Selection } from '../domain/selection.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { type RequestedService, requestedServices } from './requested-services.ts';
import { type ServiceNames, serviceNames } from './service-names.ts';

export interface SelectionOptions {
  /** profile → variant; the preferred one of a profile that is not named */
  readonly variants?: ReadonlyMap<string, string>;
  /** existing service names, which are kept */
  readonly names?: ServiceNames | undefined;
}

/**
 * Returns the services of the given profiles, in the order of the names. Equal services of several profiles run once and
 * belong to the first profile, with its memory limits. So adding a profile at the end does not change the others.
 * @throws RmaError RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN exit 2
 */
export function selectServices(
  catalog: Catalog,
  profiles: readonly string[],
  options: SelectionOptions = {},
): Selection {
  const chosen = [...new Set(profiles)].map((name) => {
    const profile = findProfile(catalog, name);
    const variant = findVariant(profile, options.variants?.get(name));
    return { profile, variant, requested: requestedServices(catalog, profile, variant) };
  });
  const first = firstOfEach(chosen.flatMap(({ requested }) => requested));
  const serviceOf = serviceNames([...first.values()], options.names ?? {}, workersOf(catalog));
  const nameOf = ({ identity }: RequestedService): string => serviceOf.get(identity) ?? '';
  const selected = chosen.map(
    ({ profile, variant, requested }): SelectedProfile => ({
      name: profile.name,
      description: profile.description,
      variant: variant.name,
      worker: workerOf(profile.name),
      services: sortedOnce(requested.map(nameOf)),
      refs: sortedOnce(requested.flatMap(({ models }) => models.map(({ ref }) => ref))),
    }),
  );
  return {
    profiles: selected,
    services: withGroups([...first.values()], nameOf),
    refs: sortedOnce(selected.flatMap(({ refs }) => refs)),
  };
}

/** @throws RmaError RMA_PROFILE_UNKNOWN exit 2 */
export function findProfile(catalog: Catalog, name: string): Profile {
  const profile = catalog.profiles.get(name);
  if (profile !== undefined) return profile;
  const known = [...catalog.profiles.keys()].sort();
  throw new RmaError('RMA_PROFILE_UNKNOWN', unknownWord('profile', name, known), {
    exitCode: EXIT.usage,
    hint: 'to list the profiles: rma profiles ls; to add one: profiles/<name>.yaml next to rma.yaml',
    details: { profile: name, known },
  });
}

/** Returns the given variant, the preferred one without a name. @throws RmaError RMA_VARIANT_UNKNOWN exit 2 */
export function findVariant(profile: Profile, name: string | undefined): ProfileVariant {
  const found =
    name === undefined ? profile.variants[0] : profile.variants.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = profile.variants.map((each) => each.name);
  throw new RmaError(
    'RMA_VARIANT_UNKNOWN',
    `profile ${profile.name}: ${unknownWord('variant', name ?? '', known)}`,
    { exitCode: EXIT.usage, hint: `to list the variants: rma profiles show ${profile.name}` },
  );
}

function firstOfEach(requested: readonly RequestedService[]): ReadonlyMap<string, RequestedService> {
  const first = new Map<string, RequestedService>();
  for (const service of requested) if (!first.has(service.identity)) first.set(service.identity, service);
  return first;
}

/** Sets the replica group of replicas to the name of the first one. */
function withGroups(
  requested: readonly RequestedService[],
  nameOf: (service: RequestedService) => string,
): SelectedService[] {
  return requested.map((service) => {
    const { kind, ...rest } = service;
    const [leader, ...others] = requested.filter((other) => other.kind === kind);
    const replicaGroup = leader === undefined || others.length === 0 ? null : nameOf(leader);
    return { ...rest, service: nameOf(service), replicaGroup };
  });
}

/** A placement selects services many times from one catalog. */
const WORKERS = new WeakMap<Catalog['profiles'], ReadonlySet<string>>();

/** Returns the workers of all profiles: no engine has their names. */
function workersOf({ profiles }: Catalog): ReadonlySet<string> {
  const workers = WORKERS.get(profiles) ?? new Set([...profiles.keys()].map(workerOf));
  WORKERS.set(profiles, workers);
  return workers;
}

function workerOf(profile: string): string {
  return `${profile}-worker`;
}

function sortedOnce(items: readonly string[]): string[] {
  return [...new Set(items)].sort();
}
