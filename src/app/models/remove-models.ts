import type { RmaConfig } from '../../core/domain/config.ts';
import { findWholeModels } from '../../core/inventory/find-models.ts';
import { assertUnneeded, planRemoval, type Removal } from '../../core/inventory/plan-removal.ts';
import { expandSets } from '../../core/profile/model-sets.ts';
import type { RemoveRequest } from '../../core/worker/read-remove-request.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';
import { storeInventory } from './store-inventory.ts';
import { storedName } from './stored-name.ts';

export interface RemovalRequest {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly store: Pick<ModelStore, 'inventory' | 'remove'> | null;
  /** names of the catalog, references or paths */
  readonly names: readonly string[];
  readonly dryRun: boolean;
  /** also models that workers need */
  readonly force: boolean;
  /** rejects if the user declines */
  readonly confirm: (plan: Removal) => Promise<void>;
}

/**
 * Removes models from a store after a confirmation. Returns what was removed, or in a dry run would be.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_PART (2), RMA_MODEL_NEEDED (3), as runInVolume and ModelStore.remove
 */
export async function removeStored(
  host: VolumeHost,
  invocation: VolumeInvocation & Pick<Invocation, 'catalog'>,
  request: RemovalRequest,
): Promise<Removal> {
  const { config, store, names, dryRun, force } = request;
  const inventory = await storeInventory(host, invocation, request);
  const catalog = await invocation.catalog(config);
  const paths = expandSets(names, catalog.models).flatMap((name) =>
    findWholeModels(inventory, storedName(inventory, catalog, name)).map(({ path }) => path),
  );
  const plan = planRemoval(inventory, paths);
  if (!force) assertUnneeded(plan);
  if (dryRun) return plan;
  await request.confirm(plan);
  if (store !== null) {
    const { signal } = invocation;
    return store.remove(paths, { force, onWait: () => undefined, signal });
  }
  const input: RemoveRequest = { paths, force };
  await runInVolume(host, invocation, { config, verb: 'remove', input });
  return plan;
}
