import type { Digest } from '../core/domain/pinned-model.ts';
import type { FileLocation } from './model-source.ts';
import type { StagingSlot } from './model-store.ts';

/** One file to bring into the staging area. */
export interface TransferJob {
  readonly location: FileLocation;
  readonly bytes: number;
  readonly digest: Digest | null;
  readonly slot: StagingSlot;
  /** names the file in errors */
  readonly label: string;
  /** expected first bytes, where the format has some (`GGUF`) */
  readonly magic: string | null;
  /** bytes that are on disk: received now, or resumed */
  readonly onBytes: (doneBytes: number, receivedBytes: number) => void;
  readonly signal: AbortSignal;
}

/** The one transfer engine: resumes from its journal, hashes while it writes, syncs before it returns. */
export interface Transfer {
  /**
   * Completes the staging file and returns the digest of its content.
   * @throws RmaError RMA_HUB_* (network, refused), RMA_STORE_* (disk), RMA_CONTENT_* (hash, HTML in place of a model)
   */
  fetch(job: TransferJob): Promise<Digest>;
}
