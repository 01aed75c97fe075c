import type { Inventory } from '../../core/domain/inventory.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { RmaError } from '../../core/errors.ts';
import { isStored } from '../../core/inventory/find-models.ts';
import { findModel } from '../../core/profile/find-model.ts';

/**
 * Returns the reference or path that a name on the command line stands for: itself if the store has it, else the reference
 * of the catalog's model of that name.
 * @throws RmaError RMA_MODEL_REF_AMBIGUOUS (2) for a name of several models
 */
export function storedName(inventory: Inventory, catalog: Catalog, name: string): string {
  if (isStored(inventory, name)) return name;
  try {
    return findModel(catalog, name).ref;
  } catch (error) {
    // not a name, or the path of a model that is not stored
    if (error instanceof RmaError && error.code !== 'RMA_MODEL_REF_AMBIGUOUS') return name;
    throw error;
  }
}
