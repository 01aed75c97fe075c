import type { StoreNeeds } from '../core/domain/fetch-request.ts';
import type { ModelCheck } from '../core/domain/model-check.ts';
import type { Digest, PinnedFile, PinnedModel } from '../core/domain/pinned-model.ts';

export type { ModelCheck };

/** A held lease: who may fetch a model now. Losing it stops the fetch; correctness never rests on it. */
export interface HeldLease {
  /** aborted when the lease was lost; the reason is the error */
  readonly lost: AbortSignal;
  /** shown to those who wait */
  progress(doneBytes: number, totalBytes: number): void;
  /** Looks once more, just before publishing. @throws RmaError RMA_STORE_LEASE_LOST */
  confirm(): Promise<void>;
  /** Never rejects. */
  release(): Promise<void>;
}

export interface LeaseHolder {
  readonly host: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Where one file is brought to before it is published. */
export interface StagingSlot {
  /** a file of this process alone; its journal lies at `<path>.json` */
  readonly path: string;
  /** a part that another process left: its durable bytes are copied, never appended to; null when there is none */
  readonly inherit: string | null;
  /** bytes that need not be fetched again */
  readonly durableBytes: number;
}

/** The `/models` volume. All paths it returns are absolute. */
export interface ModelStore {
  readonly root: string;
  /**
   * Creates the native folders and `.rma` with their modes.
   * @throws RmaError RMA_STORE_UNWRITABLE exit 3
   */
  prepare(): Promise<void>;
  /** Reads receipts and stats only, never content. Works on a read-only mount and on an empty store. */
  check(model: PinnedModel): Promise<ModelCheck>;
  /**
   * Hashes files that lie at their final place without a receipt, and adopts the right ones. Returns those still missing.
   * @throws RmaError RMA_STORE_NAME_TAKEN exit 6
   */
  adopt(
    model: PinnedModel,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<readonly PinnedFile[]>;
  /** A staging file for this content, with whatever durable part an earlier process left. */
  stage(model: PinnedModel, file: PinnedFile): Promise<StagingSlot>;
  /** Puts verified staging files in place, in the write order of the layout, then writes the receipt. */
  publish(model: PinnedModel, staged: ReadonlyMap<PinnedFile, StagedFile>): Promise<void>;
  /**
   * Waits for the lease of the model's folder; tells who holds it.
   * @throws RmaError RMA_STORE_LEASE_TIMEOUT exit 7
   */
  lease(model: PinnedModel, onWait: (holder: LeaseHolder) => void, signal: AbortSignal): Promise<HeldLease>;
  /** Room for this model's files, bytes. Works before `prepare`. */
  freeBytes(model?: PinnedModel): Promise<number>;
  /** Writes which references a worker needs, in a file of its own: the roots of prune. */
  recordNeeds(needs: StoreNeeds): Promise<void>;
}

export interface StagedFile {
  readonly path: string;
  readonly digest: Digest;
}
