import type { PinnedModel } from '../core/model/pinned-model.ts';
import type { ModelProgress } from '../core/model/worker-status.ts';
import type { ModelCheck } from '../ports/model-store.ts';

/** How the fetch of one model ended; `fetchedBytes` came over the network. */
export type FetchOutcome =
  | { readonly ref: string; readonly state: 'present'; readonly fetchedBytes: number }
  | {
      readonly ref: string;
      readonly state: 'failed';
      readonly fetchedBytes: number;
      readonly error: unknown;
    };

/** What the worker needs of the store and the hubs. */
export interface ModelFetcher {
  /** receipts and stats only */
  check(models: readonly PinnedModel[]): Promise<readonly ModelCheck[]>;
  /**
   * Brings what is missing; one outcome per model. Rejects only when the signal is aborted, after every durable byte
   * is in a journal.
   */
  fetch(models: readonly PinnedModel[], options: FetchOptions): Promise<readonly FetchOutcome[]>;
}

export interface FetchOptions {
  readonly onProgress: (progress: ModelProgress) => void;
  readonly signal: AbortSignal;
}
