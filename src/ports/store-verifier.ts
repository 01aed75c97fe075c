import type { Fix, Problem, Verification } from '../core/domain/verification.ts';
import type { ByteProgress } from '../core/events.ts';
import type { StagedFile, StagingSlot } from './model-store.ts';

export interface VerifyRequest {
  /** references or paths; none: the whole store */
  readonly names: readonly string[];
  /** true: reads and hashes content, else compares receipts, sizes, links and headers only */
  readonly deep: boolean;
  /** most bytes per second that are read; null: no limit */
  readonly maxRate: number | null;
  /** true: contents that any run of the last day found correct are not read again; false: only those of an interrupted run */
  readonly reuse: boolean;
  /** false: nothing in the store is changed, so an interrupted run cannot be continued */
  readonly writes: boolean;
  readonly onProgress: (progress: ByteProgress) => void;
  readonly signal: AbortSignal;
}

export type FetchFix = Extract<Fix, { readonly kind: 'fetch' }>;

export interface Replacement {
  readonly problem: Problem;
  readonly fix: FetchFix;
  /** null: the content is in place already, and only its link is wrong */
  readonly staged: StagedFile | null;
}

export interface ReuseWork {
  readonly signal: AbortSignal;
  /** called before the copy, if it takes disk space of its own: not for a reflink */
  readonly onCopy: () => Promise<void>;
}

/** Checks a store, and puts right content in place of wrong one. */
export interface StoreVerifier {
  /**
   * Compares the files of a store with what they must be. Works on a read-only store, but then an interrupted run cannot be
   * continued; a missing store is empty.
   * @throws RmaError RMA_MODEL_NOT_FOUND (1) for a name, RMA_STORE_*; the signal's reason when aborted
   */
  verify(request: VerifyRequest): Promise<Verification>;
  /**
   * Copies a corrupt content to a slot as an unfinished download, of which a transfer receives only the wrong pieces. Returns
   * false if the hashes of its pieces are unknown, or it cannot be read.
   * @throws RmaError RMA_STORE_*; the signal's reason when aborted
   */
  reuse(fix: FetchFix, slot: StagingSlot, work: ReuseWork): Promise<boolean>;
  /**
   * Moves what is at the place of each content to the quarantine, and publishes the staged content there; then links and
   * the entries of receipts. Removes the staging directories of the contents.
   * @throws RmaError RMA_STORE_*
   */
  replace(replacements: readonly Replacement[]): Promise<void>;
  /** Moves a record to the quarantine, and writes the right one. @throws RmaError RMA_STORE_* */
  restore(problem: Problem, text: string | null): Promise<void>;
}
