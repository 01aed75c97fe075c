import type { ModelUser } from '../core/domain/inventory.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';

/** The store's record of when its models were last used. */
export interface ModelUses {
  /**
   * Records that a worker has loaded models; null: that they were pulled or imported. Writes at most every 30 minutes for each model
   * and worker. Never rejects: the store may be read-only.
   */
  record(models: readonly PinnedModel[], worker: ModelUser | null): Promise<void>;
}
