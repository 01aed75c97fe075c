import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ModelCheck, ModelStore } from '../../ports/model-store.ts';

/** What of these models is in the store, by receipts and stats only; writes nothing. In the order of `models`. */
export function checkModels(
  models: readonly PinnedModel[],
  store: ModelStore,
): Promise<readonly ModelCheck[]> {
  return Promise.all(models.map((model) => store.check(model)));
}
