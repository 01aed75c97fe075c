import type { Digest, PinnedFile, PinnedModel } from './pinned-model.ts';

/** Result of the verification of a store. Paths are relative to the store. */
export interface Verification {
  /** the checked models, in the order of the inventory */
  readonly models: readonly VerifiedModel[];
  /** sorted by path */
  readonly problems: readonly Problem[];
  /** number of checked files; shared content is counted once */
  readonly files: number;
  /** their size */
  readonly bytes: number;
  /** files whose right hash is known, but was not compared: only `deep` reads content */
  readonly unread: number;
  /** files of which no right hash is known */
  readonly withoutHash: number;
  /** bytes that this run hashed */
  readonly hashedBytes: number;
  /** bytes that an earlier, interrupted run had hashed */
  readonly resumedBytes: number;
}

export interface VerifiedModel {
  readonly reference: string;
  readonly path: string;
  readonly state: 'correct' | 'unverified' | 'wrong';
  readonly files: number;
  readonly bytes: number;
}

export const PROBLEM_KINDS = [
  'missing',
  'size',
  'content',
  'structure',
  'link',
  'ref',
  'manifest',
  'unreadable',
] as const;

/** One problem in a store. */
export interface Problem {
  readonly path: string;
  readonly kind: (typeof PROBLEM_KINDS)[number];
  /** what is wrong, a part of a sentence */
  readonly text: string;
  /** first piece of a corrupt content that is not as recorded, [start, end) in bytes; others may follow. Absent: unknown */
  readonly wrongPiece?: readonly [start: number, end: number] | undefined;
  /** all pieces that are not as recorded, those side by side as one range; absent: unknown */
  readonly wrongPieces?: readonly (readonly [start: number, end: number])[] | undefined;
  /** first reference of the model; its path if it has none */
  readonly reference: string;
  /** null: rma cannot repair it */
  readonly fix: Fix | null;
}

/** How a problem is repaired. What is wrong is moved to the quarantine first. */
export type Fix =
  /** put the right content in place, under the lease of `model` */
  | {
      readonly kind: 'fetch';
      /** the model with this file only */
      readonly model: PinnedModel;
      readonly file: PinnedFile;
      /** path of the content */
      readonly place: string;
      /** a link of a hub cache to create: path inside its snapshot; null: none */
      readonly link: string | null;
      /** receipts that describe the content */
      readonly receipts: readonly ReceiptName[];
      /** true: the content is in place, and only the link is wrong */
      readonly inPlace: boolean;
      /** false: the size of `file` is a guess, because no listing of it is in the store */
      readonly isSized: boolean;
    }
  /** write a small file; `text` null: only move the wrong one away */
  | { readonly kind: 'record'; readonly text: string | null };

/** One entry of a receipt: its path below the directory of receipts, and the name of the file in it. */
export interface ReceiptName {
  readonly receipt: string;
  readonly name: string;
}

/** What a file must contain: one of several revisions that share a directory. */
export interface Expected {
  /** null: unknown */
  readonly bytes: number | null;
  readonly digest: Digest;
}
