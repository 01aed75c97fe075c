import type { Inventory } from '../../core/domain/inventory.ts';
import { LAN } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { RmaError } from '../../core/errors.ts';
import { isStored } from '../../core/inventory/find-models.ts';
import { findModel } from '../../core/profile/find-model.ts';
import { sourceLists } from '../../core/profile/model-sources.ts';

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
