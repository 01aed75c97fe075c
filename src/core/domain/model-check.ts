import type { PinnedFile } from './pinned-model.ts';

/** What the store holds of one pinned model. */
export interface ModelCheck {
  readonly ref: string;
  /** `present` rests on a valid receipt whose files still have the size and time recorded */
  readonly state: 'present' | 'partial' | 'missing';
  readonly missing: readonly PinnedFile[];
  readonly totalBytes: number;
  /** bytes of the missing files; a content that several files share counts once */
  readonly missingBytes: number;
}

/** What a store holds, and the free space beside it: the answer of `rma-worker check`. */
export interface StoreCheck {
  readonly checks: readonly ModelCheck[];
  readonly freeBytes: number;
}
