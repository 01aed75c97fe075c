import type { Inventory } from '../../core/domain/inventory.ts';
import { LAN } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { RmaError } from '../../core/errors.ts';
import { isStored } from '../../core/inventory/find-models.ts';
import { findModel } from '../../core/profile/find-model.ts';
import { isReference } from '../../core/profile/is-reference.ts';
import { expandSets } from '../../core/profile/model-sets.ts';
import { sourceLists } from '../../core/profile/model-sources.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { VolumeHost, VolumeInvocation } from '../offline/run-in-volume.ts';
import { type InventoryRequest, storeInventory } from './store-inventory.ts';

/**
 * Returns the references or paths that names on the command line mean. Reads the store only for names of the catalog.
 * @throws RmaError as storedName and storeInventory
 */
export async function storedNames(
  host: VolumeHost,
  invocation: VolumeInvocation & Pick<Invocation, 'catalog'>,
  { names, ...request }: InventoryRequest & { readonly names: readonly string[] },
): Promise<readonly string[]> {
  if (names.every(isReference)) return names;
  const inventory = await storeInventory(host, invocation, request);
  const catalog = await invocation.catalog(request.config);
  return expandSets(names, catalog.models).map((name) =>
    isReference(name) ? name : storedName(inventory, catalog, name),
  );
}

/**
 * Returns the reference or path that a name on the command line means: itself if the store has it, else the reference
 * of the catalog's model of that name.
 * @throws RmaError RMA_MODEL_REF_AMBIGUOUS (2) for a name of several models
 */
export function storedName(inventory: Inventory, catalog: Catalog, name: string): string {
  if (isStored(inventory, name)) return name;
  try {
    const { ref } = findModel(catalog, name);
    const refs = sourceLists(catalog)
      .get(ref)
      ?.filter((item) => item !== LAN) ?? [ref];
    return refs.find((each) => isStored(inventory, each)) ?? ref;
  } catch (error) {
    // not a name, or the path of a model that is not stored
    if (error instanceof RmaError && error.code !== 'RMA_MODEL_REF_AMBIGUOUS') return name;
    throw error;
  }
}
