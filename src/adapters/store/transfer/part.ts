import type { PieceHashes } from '../../../core/store/pieces.ts';
import type { RangeSet } from '../../../core/store/range-set.ts';

/** A file that is being received. */
export interface Part {
  /** ranges that were written */
  readonly written: RangeSet;
  /** number of bytes that were written */
  readonly received: number;
  /** strong entity tag of the content so far */
  etag: string | null;
  /** Writes bytes at an offset. */
  write(offset: number, chunks: readonly Uint8Array[]): Promise<void>;
  /** Discards all content and starts again. Nothing may be writing. */
  reset(): Promise<void>;
  /** Returns the digest of the complete content; null if a piece of an earlier writer was wrong, and must be received again. */
  digest(): Promise<string | null>;
  /** Returns the hashes of the pieces of the complete content; null if the hash of the file is enough. */
  pieces(): PieceHashes | null;
  /** Ends the file: what is complete is on disk. */
  close(): Promise<void>;
  /** Closes and removes a file with wrong content. */
  drop(): Promise<void>;
}
