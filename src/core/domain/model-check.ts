import type { PinnedFile } from './pinned-model.ts';

/** State of one pinned model in the store. */
export interface ModelCheck {
  readonly ref: string;
  /** `present`: has a valid receipt, and its files still have the recorded size and mtime */
  readonly state: 'present' | 'partial' | 'missing';
  readonly missing: readonly PinnedFile[];
  readonly totalBytes: number;
  /** bytes of the missing files; content that several files share is counted once */
  readonly missingBytes: number;
}

/** Output of `rma-worker check`: state of the models and free space of the store. */
export interface StoreCheck {
  readonly checks: readonly ModelCheck[];
  readonly freeBytes: number;
}
