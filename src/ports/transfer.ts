import type { Digest } from '../core/domain/pinned-model.ts';
import type { PieceHashes } from '../core/store/pieces.ts';
import type { ZipEntry } from '../core/store/zip-directory.ts';
import type { FileLocation } from './model-source.ts';
import type { StagingSlot } from './model-store.ts';

/** One file to download into the staging area. */
export interface TransferJob {
  readonly location: FileLocation;
  readonly bytes: number;
  readonly digest: Digest | null;
  readonly slot: StagingSlot;
  /** the file's name in errors */
  readonly label: string;
  /** first bytes of the format, such as `GGUF`; null: any */
  readonly magic: string | null;
  /** most connections for this file at the same time (default 1) */
  readonly connections?: number;
  /** called before each request with its URL; the function that it returns ends the use of the connection (default: none) */
  readonly turn?: (url: string) => Promise<() => void>;
  /** how often a request is repeated after faults of the network, without progress (default 8) */
  readonly retries?: number;
  /** called with the bytes on disk, resumed ones included, and those received now */
  readonly onBytes: (doneBytes: number, receivedBytes: number) => void;
  /** called with the reason before a wait that the server requested */
  readonly onWait?: (reason: string) => void;
  readonly signal: AbortSignal;
}

/** One file of an archive in the staging area. */
export interface UnpackJob {
  /** path of the archive */
  readonly archive: string;
  readonly entry: ZipEntry;
  /** path of the file */
  readonly to: string;
  readonly digest: Digest | null;
  /** the file's name in errors */
  readonly label: string;
  /** the host of the archive, for errors */
  readonly sender: string;
  readonly signal: AbortSignal;
}

/** A complete file in the staging area. */
export interface Received {
  readonly digest: Digest;
  /** null: a file of one piece, or without sha256 */
  readonly pieces: PieceHashes | null;
}

/** Downloads files over one or more connections: resumes from a journal, hashes while writing, and syncs before returning. */
export interface Transfer {
  /**
   * Completes the staging file and returns the hashes of its content.
   * @throws RmaError RMA_HUB_* (network, refused), RMA_STORE_* (disk), RMA_CONTENT_* (hash, HTML instead of a model)
   */
  fetch(job: TransferJob): Promise<Received>;
  /**
   * Unpacks a file of a staged archive. Wrong content removes the archive, so that it is downloaded again.
   * @throws RmaError RMA_CONTENT_BAD_ARCHIVE, RMA_CONTENT_HASH_MISMATCH (6), RMA_STORE_* (disk)
   */
  unpack(job: UnpackJob): Promise<Received>;
}
