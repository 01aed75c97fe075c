import type { MarkedItem } from './cache-view.ts';

/** What a run of prune did. */
export interface PruneResult {
  readonly marked: readonly MarkedItem[];
  /** marked by earlier runs */
  readonly deleted: readonly MarkedItem[];
  /** restored, because it is needed again */
  readonly restored: readonly MarkedItem[];
  readonly failed: readonly CacheFailure[];
  /** limits that stay exceeded */
  readonly unmet: readonly string[];
  /** as in `PrunePlan` */
  readonly recent?: number;
  /** directories that could not be read: what is in them is neither counted nor removed; absent: none */
  readonly denied?: readonly string[];
}

/** What `rma cache undo` did. */
export interface UndoResult {
  readonly restored: readonly MarkedItem[];
  readonly failed: readonly CacheFailure[];
}

/** An entry that could not be marked, deleted or restored; the others were. */
export interface CacheFailure {
  readonly name: string;
  readonly message: string;
}
