import type { RmaConfig } from '../../core/domain/config.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type {
  Catalog,
  CatalogModel,
  DataOrigin,
  Profile,
  ProfileVariant,
} from '../../core/domain/profile.ts';
import { findModel } from '../../core/profile/find-model.ts';
import type { ProjectState } from '../../core/profile/project-state.ts';
import { findProfile } from '../../core/profile/select-services.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectSet } from '../desired/choose-services.ts';
import { readResolved } from '../desired/known-models.ts';
import { readProjectState } from '../desired/project-state.ts';
import { projectFiles } from '../observe/project-files.ts';

export interface ListedProfile {
  readonly profile: Profile;
  readonly origin: DataOrigin;
  /** in the project's set */
  readonly inUse: boolean;
  /** the profile that runs instead of one without a GPU; null: itself */
  readonly replacedBy: string | null;
}

/** A model of a profile, with its size if already resolved. */
export interface ProfileModel {
  readonly name: string;
  readonly ref: string;
  /** of the catalog; null for a plain reference */
  readonly entry: CatalogModel | null;
  /** null before it was resolved */
  readonly bytes: number | null;
}

export interface ShownProfile extends ListedProfile {
  /** in the order of variants and file, without duplicates */
  readonly models: readonly ProfileModel[];
}

/** Returns all profiles, by name. Contacts neither Docker nor a hub. @throws RmaError RMA_DATA_INVALID (2) */
export async function listProfiles(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  config: RmaConfig,
): Promise<readonly ListedProfile[]> {
  const catalog = await invocation.catalog(config);
  const state = await readProjectState(host, config);
  return [...catalog.profiles.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((profile) => listed(catalog, profile, usage(config, state)));
}

/** Returns a profile with its models. @throws RmaError RMA_PROFILE_UNKNOWN, RMA_DATA_INVALID (2) */
export async function showProfile(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, name }: { readonly config: RmaConfig; readonly name: string },
): Promise<ShownProfile> {
  const catalog = await invocation.catalog(config);
  const profile = findProfile(catalog, name);
  const use = usage(config, await readProjectState(host, config));
  const { pinned } = await readResolved(host, projectFiles(config).resolved);
  return { ...listed(catalog, profile, use), models: profileModels(catalog, profile, pinned) };
}

/** Returns the names of a variant's engines, each once. */
export function enginesOf({ services }: ProfileVariant): readonly string[] {
  return [...new Set(services.map(({ engine }) => engine))];
}

/** The profiles of a project, and what replaces them. */
interface Usage {
  readonly used: readonly string[];
  readonly replaced: Readonly<Record<string, string>>;
}

function usage(config: RmaConfig, state: ProjectState): Usage {
  return { used: projectSet(config, state, []), replaced: state.replaced ?? {} };
}

function listed(catalog: Catalog, profile: Profile, { used, replaced }: Usage): ListedProfile {
  const origin = catalog.origins.get(profile.name) ?? { file: '', own: false, replaces: null };
  return { profile, origin, inUse: used.includes(profile.name), replacedBy: replaced[profile.name] ?? null };
}

function profileModels(
  catalog: Catalog,
  { variants }: Profile,
  known: ReadonlyMap<string, PinnedModel>,
): readonly ProfileModel[] {
  const names = variants.flatMap(({ services }) => services.flatMap(({ models }) => models));
  return [...new Set(names)].map((name) => {
    const { ref } = findModel(catalog, name);
    const pinned = known.get(ref);
    return {
      name,
      ref,
      entry: catalog.models.get(name) ?? null,
      bytes: pinned === undefined ? null : pinnedBytes(pinned),
    };
  });
}
