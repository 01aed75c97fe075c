import type { FetchResult } from '../app/fetch/fetch-result.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { ModelProgress } from '../core/domain/worker-status.ts';
import type { ModelCheck } from '../ports/model-store.ts';

/** The operations on store and hubs that the worker needs. */
export interface ModelFetcher {
  /** checks receipts and stats only */
  check(models: readonly PinnedModel[]): Promise<readonly ModelCheck[]>;
  /** Records what the references of present models mean, for later commands without a hub. Never rejects. */
  remember(models: readonly PinnedModel[]): Promise<void>;
  /**
   * Downloads missing files; returns one outcome per model. Rejects only if the signal is aborted, after all durable bytes
   * are journaled.
   */
  fetch(models: readonly PinnedModel[], options: FetchOptions): Promise<readonly FetchResult[]>;
}

export interface FetchOptions {
  readonly onProgress: (progress: ModelProgress) => void;
  readonly signal: AbortSignal;
}
