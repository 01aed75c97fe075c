import type { RmaConfig } from '../../core/domain/config.ts';
import { EMPTY_INVENTORY, type Inventory } from '../../core/domain/inventory.ts';
import { readInventory } from '../../core/inventory/inventory-text.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';

export interface InventoryRequest {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly store: Pick<ModelStore, 'inventory'> | null;
}

/** Returns everything that is in a store; a missing one is empty. @throws RmaError as runInVolume */
export async function storeInventory(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, store }: InventoryRequest,
): Promise<Inventory> {
  if (store !== null) return store.inventory();
  const answer = await runInVolume(host, invocation, { config, verb: 'inventory', input: {} });
  return answer === null ? EMPTY_INVENTORY : readInventory(answer.stdout, answer.image);
}
