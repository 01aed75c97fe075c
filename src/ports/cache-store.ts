import type { CacheReport } from '../core/cache/cache-report.ts';
import type { PrunePreview } from '../core/cache/plan-sweep.ts';
import type { PrunePolicy } from '../core/cache/policy.ts';

/** The care of a store: what occupies it, and what can go. */
export interface CacheStore {
  /** Returns what is in the store. Writes nothing. */
  report(): Promise<CacheReport>;
  /**
   * Returns what `prune` would do now. Writes nothing.
   * @throws RmaError RMA_CACHE_ROOTS_UNREADABLE (3)
   */
  preview(policy: PrunePolicy): Promise<PrunePreview>;
}
