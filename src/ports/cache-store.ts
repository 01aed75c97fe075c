import type { CacheReport } from '../core/cache/cache-report.ts';
import type { PrunePreview } from '../core/cache/plan-sweep.ts';
import type { PrunePolicy } from '../core/cache/policy.ts';
import type { PruneResult, UndoResult } from '../core/cache/prune-result.ts';
import type { LeaseHolder } from './model-store.ts';

/** Shows what occupies the disk space of a store, and prunes it. */
export interface CacheStore {
  /** Returns what is in the store. Writes nothing. */
  report(): Promise<CacheReport>;
  /**
   * Returns what `prune` would do now. Writes nothing.
   * @throws RmaError RMA_CACHE_ROOTS_UNREADABLE (3)
   */
  preview(policy: PrunePolicy): Promise<PrunePreview>;
  /**
   * Marks what the policy removes, and deletes what was marked long enough ago. Writes nothing if there is nothing to do.
   * @throws RmaError RMA_CACHE_ROOTS_UNREADABLE (3), RMA_STORE_LEASE_* (1, 7), RMA_STORE_*
   */
  prune(policy: PrunePolicy, wait: CacheWait): Promise<PruneResult>;
  /**
   * Restores what was marked: the entries that the names mean, or all without names.
   * @throws RmaError RMA_CACHE_NOT_MARKED (1), RMA_STORE_LEASE_* (1, 7), RMA_STORE_*
   */
  undo(names: readonly string[], wait: CacheWait): Promise<UndoResult>;
  /**
   * Pins models, so that prune keeps them, or removes their pins.
   * @throws RmaError RMA_MODEL_REF_* (2) for what is neither a reference nor the path of a stored model
   */
  pin(models: readonly string[], pinned: boolean): Promise<readonly PinChange[]>;
  /** Removes the records of what workers need, so that prune no longer keeps their models. Returns their profiles. */
  forget(workers: ForgottenWorkers): Promise<readonly string[]>;
}

/** How a command waits for others that change the store. */
export interface CacheWait {
  readonly onWait: (holder: LeaseHolder) => void;
  readonly signal: AbortSignal;
}

/** The pin of one model. */
export interface PinChange {
  /** canonical reference, or path */
  readonly model: string;
  /** false: it was as requested already */
  readonly isChanged: boolean;
}

/** Workers of a project that will not run again. */
export interface ForgottenWorkers {
  readonly host: string;
  readonly project: string;
  /** null: all of the project */
  readonly profiles: readonly string[] | null;
}
