import type { FetchResult } from '../app/fetch/fetch-result.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { ModelProgress } from '../core/domain/worker-status.ts';
import type { ModelCheck } from '../ports/model-store.ts';

/** What the worker needs of the store and the hubs. */
export interface ModelFetcher {
  /** receipts and stats only */
  check(models: readonly PinnedModel[]): Promise<readonly ModelCheck[]>;
  /**
   * Brings what is missing; one outcome per model. Rejects only when the signal is aborted, after every durable byte
   * is in a journal.
   */
  fetch(models: readonly PinnedModel[], options: FetchOptions): Promise<readonly FetchResult[]>;
}

export interface FetchOptions {
  readonly onProgress: (progress: ModelProgress) => void;
  readonly signal: AbortSignal;
}
