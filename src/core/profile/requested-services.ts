import { canonicalJson } from '../canonical-json.ts';
import type { Catalog, Profile, ProfileService, ProfileVariant } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { sha256Hex } from '../hash.ts';

/** A service requested by a profile, before it has a name. */
export interface RequestedService extends Omit<SelectedService, 'service' | 'replicaGroup'> {
  /** what copies of it have in common */
  readonly kind: string;
}

/** Their identities are hashes, and a placement asks for the same services many times. */
const KNOWN = new WeakMap<ProfileVariant, { readonly catalog: Catalog; readonly services: Requested }>();

type Requested = readonly RequestedService[];

/** The services of a profile's variant, each copy by itself. */
export function requestedServices(catalog: Catalog, profile: Profile, variant: ProfileVariant): Requested {
  const known = KNOWN.get(variant);
  if (known?.catalog === catalog) return known.services;
  const services = variant.services.flatMap((requested) => copiesOf(catalog, profile, requested));
  KNOWN.set(variant, { catalog, services });
  return services;
}

/** Returns what equal services of all profiles have in common: with the same engine, they run once. */
export function kindOf(catalog: Catalog, profile: Profile, requested: ProfileService): string {
  return copiesOf(catalog, profile, { ...requested, replicas: 1 })[0]?.kind ?? '';
}

function copiesOf(catalog: Catalog, profile: Profile, requested: ProfileService): RequestedService[] {
  const engine = catalog.engines.get(requested.engine);
  if (engine === undefined) throw new Error(`profile ${profile.name}: no engine ${requested.engine}`);
  const { engine: _, models, memoryBytes, memoryReservationBytes, replicas, ...rest } = requested;
  const runs = {
    ...rest,
    models: models.map((name) => servedModel(catalog, name)),
    gpus: engine.gpu === 'none' ? 0 : rest.gpus,
    exclusive: rest.exclusive || !engine.sharesGpu,
    context: rest.context ?? engine.context,
    concurrency: rest.concurrency ?? engine.concurrency,
  };
  const kind = hashOf({ engine: engine.name, ...runs });
  return Array.from({ length: replicas }, (_, copy) => ({
    ...runs,
    engine,
    memoryBytes,
    memoryReservationBytes,
    profile: profile.name,
    kind,
    identity: copy === 0 ? kind : `${kind}-${copy + 1}`,
  }));
}

function servedModel({ served }: Catalog, name: string): ServedModel {
  const model = served.get(name);
  if (model === undefined) throw new Error(`the catalog has no model ${name}`);
  return model;
}

/** Omits unset values, so that new kinds of requirements do not change identities. */
function hashOf(runs: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(runs).filter(([, value]) => value !== null && value !== undefined);
  return sha256Hex(canonicalJson(Object.fromEntries(said))).slice(0, 16);
}
