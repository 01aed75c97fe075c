import type { PinnedFile } from './pinned-model.ts';

/** State of one pinned model in the store. */
export interface ModelCheck {
  readonly ref: string;
  /** `present`: has a valid receipt, and its files still have the recorded size and mtime */
  readonly state: 'present' | 'partial' | 'missing';
  readonly missing: readonly PinnedFile[];
  /** those of the missing files that are in place with the right size, without a receipt; absent if there are none */
  readonly unverified?: readonly PinnedFile[] | undefined;
  readonly totalBytes: number;
  /** bytes of the missing files; content that several files share is counted once */
  readonly missingBytes: number;
}

/** Returns the files of a check that are not in the store at all. */
export function absentFiles({ missing, unverified = [] }: ModelCheck): readonly PinnedFile[] {
  const inPlace = new Set(unverified.map(({ path }) => path));
  return missing.filter(({ path }) => !inPlace.has(path));
}

/** Output of `rma-worker check`: state of the models and free space of the store. */
export interface StoreCheck {
  readonly checks: readonly ModelCheck[];
  readonly freeBytes: number;
}
