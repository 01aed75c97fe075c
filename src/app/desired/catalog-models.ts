import type { RmaConfig } from '../../core/domain/config.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { CatalogModel } from '../../core/domain/profile.ts';
import { findModel } from '../../core/profile/find-model.ts';
import { isSetName, memberName } from '../../core/profile/model-sets.ts';
import { usersOf } from '../../core/profile/model-users.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles } from '../observe/project-files.ts';
import { readResolved } from './known-models.ts';

/** A model of the catalog, with what is known without a request to a hub. */
export interface KnownModel {
  readonly entry: CatalogModel;
  /** canonical */
  readonly ref: string;
  /** profiles that use it in some variant, by itself or in a set */
  readonly profiles: readonly string[];
  /** of all its files; null until it is resolved */
  readonly bytes: number | null;
}

/**
 * Returns the whole catalog, by name; a model in sets once. Contacts neither Docker nor a hub.
 * @throws RmaError RMA_DATA_INVALID, RMA_RESOLVED_INVALID (2)
 */
export async function catalogModels(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  config: RmaConfig,
): Promise<readonly KnownModel[]> {
  const catalog = await invocation.catalog(config);
  const { pinned: resolved } = await readResolved(host, projectFiles(config).resolved);
  const users = usersOf(catalog);
  const profilesOf = ({ name, sets = [] }: CatalogModel): readonly string[] => {
    const names = [name, ...sets.map((set) => memberName(set, name))];
    const profiles = names.flatMap((each) => users.get(findModel(catalog, each).ref) ?? []);
    return [...new Set(profiles)].sort();
  };
  return [...catalog.models.values()]
    .filter(({ name }) => !isSetName(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const { ref } = findModel(catalog, entry.name);
      const pinned = resolved.get(ref);
      const bytes = pinned === undefined ? null : pinnedBytes(pinned);
      return { entry, ref, profiles: profilesOf(entry), bytes };
    });
}
