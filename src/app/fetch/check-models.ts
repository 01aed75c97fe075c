import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ModelCheck, ModelStore } from '../../ports/model-store.ts';

/** Returns what the store has of each model, in their order, by receipts and stats only. Writes nothing. */
export function checkModels(
  models: readonly PinnedModel[],
  store: ModelStore,
): Promise<readonly ModelCheck[]> {
  return Promise.all(models.map((model) => store.check(model)));
}
