import type { Catalog, Profile } from '../domain/profile.ts';
import { findModel } from '../profile/find-model.ts';
import type { ComposeService } from './compose-model.ts';
import type { ConvertedService } from './convert-service.ts';

/** A converted service in a profile: one that rma ships, or one of its own. */
export interface PlacedService {
  readonly profile: string;
  /** of the shipped profile; null: a profile of its own */
  readonly variant: string | null;
  readonly service: ConvertedService;
}

/** A worker of the project: a shipped profile with the settings of its container. */
export interface ImportedWorker {
  readonly profile: string;
  readonly source: ComposeService;
  readonly memory: string | null;
  readonly memoryReservation: string | null;
  readonly gpus: readonly string[];
}

/** A service of the files with its place in rma. */
export interface ImportedService extends PlacedService {
  readonly source: ComposeService;
}

/** Returns the shipped profile that runs exactly this service, or a new one with the name of the service. */
export function placeService(
  service: ConvertedService,
  name: string,
  { catalog, taken }: { readonly catalog: Catalog; readonly taken: ReadonlySet<string> },
): PlacedService {
  for (const profile of catalog.profiles.values()) {
    const variant = taken.has(profile.name) ? null : variantOf(profile, service, catalog);
    if (variant !== null) return { profile: profile.name, variant, service };
  }
  return { profile: freeName(toName(name), catalog, taken), variant: null, service };
}

function variantOf({ variants }: Profile, service: ConvertedService, catalog: Catalog): string | null {
  const refs = service.models.map((model) => findModel(catalog, model).ref);
  const found = variants.find(({ services: [only, ...others] }) => {
    if (only === undefined || others.length > 0 || only.engine !== service.engine) return false;
    const own = only.models.map((model) => findModel(catalog, model).ref);
    return own.join() === refs.join() && (only.gpus === 0) === (service.gpus === 0);
  });
  return found?.name ?? null;
}

/** Names of profiles are of a-z, 0-9 and -. */
function toName(service: string): string {
  const name = service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'imported' : name;
}

/** A profile with the name of a shipped one would replace it. */
function freeName(name: string, { profiles }: Catalog, taken: ReadonlySet<string>): string {
  // profiles/models.yaml is the catalog
  const isTaken = (each: string): boolean => each === 'models' || profiles.has(each) || taken.has(each);
  if (!isTaken(name)) return name;
  for (let number = 1; ; number += 1) {
    const next = number === 1 ? `own-${name}` : `own-${name}-${number}`;
    if (!isTaken(next)) return next;
  }
}
