import type { ModelCheck } from './model-check.ts';
import type { PinnedFile, PinnedModel } from './pinned-model.ts';

/** What a store has recorded of a model reference. */
export interface StoredModel {
  readonly model: PinnedModel;
  /** RFC 3339: when the store recorded the model under this reference; null: found by the files of another program */
  readonly recordedAt: string | null;
  /** files that are not in the store, as their sizes show; without any, the model is complete */
  readonly missing: readonly PinnedFile[];
  /** the check by which a store of this process answered; absent if another process read the store */
  readonly check?: ModelCheck | undefined;
}
