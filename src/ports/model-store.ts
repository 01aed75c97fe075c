import type { StoreNeeds } from '../core/domain/fetch-request.ts';
import type { Inventory } from '../core/domain/inventory.ts';
import type { ModelCheck } from '../core/domain/model-check.ts';
import type { Digest, PinnedFile, PinnedModel } from '../core/domain/pinned-model.ts';
import type { StoredModel } from '../core/domain/stored-model.ts';
import type { Removal } from '../core/inventory/plan-removal.ts';
import type { PieceHashes } from '../core/store/pieces.ts';
import type { ByteRange } from './range-reader.ts';

export type { ModelCheck };

/** The exclusive right to fetch a model. Losing it stops the fetch; the store stays correct without it. */
export interface HeldLease {
  /** aborted when the lease was lost; the reason is the error */
  readonly lost: AbortSignal;
  /** Publishes the progress to the processes that wait for the lease. */
  progress(doneBytes: number, totalBytes: number): void;
  /** Checks the lease again, just before publishing. @throws RmaError RMA_STORE_LEASE_LOST */
  confirm(): Promise<void>;
  /** Releases the lease. Never rejects. */
  release(): Promise<void>;
}

/** The lease of a model that is being written. */
export interface ModelLease extends HeldLease {
  /**
   * Reserves free space on the file system of the model, until `release`. Counts what all processes that use the store have
   * reserved there. Returns null if the space is not enough; a lease has one reservation at a time.
   */
  reserve(space: SpaceRequest): Promise<SpaceReservation | null>;
  /**
   * Waits until no other process downloads any of these files under the lease of another model that shares them in the
   * store, and lets others wait from then on, until `release`. Returns whether it waited: then they may be in the store.
   */
  holdContents(
    files: readonly PinnedFile[],
    onWait: (holder: LeaseHolder) => void,
    signal: AbortSignal,
  ): Promise<boolean>;
}

export interface SpaceRequest {
  /** bytes that are still to be written */
  readonly remaining: () => number;
  /** Returns whether `remaining` fits next to these bytes, which others have reserved. */
  readonly isEnough: (reservedBytes: number) => Promise<boolean>;
  /** called while it is not known whether another process still needs what it has reserved */
  readonly onWait: (holder: LeaseHolder) => void;
  readonly signal: AbortSignal;
}

export interface SpaceReservation {
  release(): void;
}

export interface LeaseHolder {
  readonly host: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** The place of one file before it is published. */
export interface StagingSlot {
  /** a file that only this process writes; its journal is at `<path>.json` */
  readonly path: string;
  /** a partial file of another process: its durable bytes are copied, it is never appended to; null: none */
  readonly inherit: string | null;
  /** bytes that are not fetched again */
  readonly durableBytes: number;
  /** a small file: it is written at once when all of it is verified, without a journal (default false) */
  readonly isWhole?: boolean;
}

/** The `/models` volume. All paths it returns are absolute. */
export interface ModelStore {
  readonly root: string;
  /**
   * Creates the native directories and `.rma` with their modes.
   * @throws RmaError RMA_STORE_UNWRITABLE exit 3
   */
  prepare(): Promise<void>;
  /**
   * Checks whether `prepare` can create what is missing. Creates nothing.
   * @throws RmaError RMA_STORE_UNWRITABLE, RMA_STORE_READ_ONLY or RMA_STORE_NOT_A_FOLDER, exit 3
   */
  assertWritable(): Promise<void>;
  /** Returns what the store holds of a model, from receipts and file sizes. Works on a read-only mount and an empty store. */
  check(model: PinnedModel): Promise<ModelCheck>;
  /**
   * Hashes files that are in their final place without a receipt, and adopts the correct ones. Returns the missing files.
   * @throws RmaError RMA_STORE_NAME_TAKEN exit 6
   */
  adopt(
    model: PinnedModel,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<readonly PinnedFile[]>;
  /** Returns a staging file for this content, with the durable part of an earlier process. */
  stage(model: PinnedModel, file: PinnedFile): Promise<StagingSlot>;
  /** Like `stage`, for many files at once. Returns a slot for each, in the same order. */
  stageAll(model: PinnedModel, files: readonly PinnedFile[]): Promise<readonly StagingSlot[]>;
  /**
   * Moves verified staging files to their place, in the write order of the layout, then writes the receipt and the record
   * of the model's reference.
   */
  publish(
    model: PinnedModel,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    options?: PublishOptions,
  ): Promise<void>;
  /**
   * Waits for the lease of the model's directory, and reports who holds it.
   * @throws RmaError RMA_STORE_LEASE_TIMEOUT exit 7
   */
  lease(model: PinnedModel, onWait: (holder: LeaseHolder) => void, signal: AbortSignal): Promise<ModelLease>;
  /** Returns the bytes free for this model's files. Works before `prepare`. */
  freeBytes(model?: PinnedModel): Promise<number>;
  /** Records the reference of a model that is present, if the store has no record of it. Never rejects: the store may be read-only. */
  remember(model: PinnedModel): Promise<void>;
  /**
   * Returns what a reference means, by the record of the store, else by the files of other programs; null if the store does
   * not know it. Reads no content, works on a read-only mount and an empty store.
   */
  recall(ref: string): Promise<StoredModel | null>;
  /** Returns everything in the store, from rma and other programs. Reads no content, works on a read-only mount and an empty store. */
  inventory(): Promise<Inventory>;
  /**
   * Removes the models at these paths of the inventory, under their leases, and content that no other model uses. Returns
   * what was removed. `force`: also models that workers need.
   * @throws RmaError RMA_MODEL_NEEDED (3), RMA_STORE_LEASE_TIMEOUT (7), RMA_STORE_*
   */
  remove(paths: readonly string[], options: RemoveOptions): Promise<Removal>;
  /** Returns the bytes of a file from `from` up to `to`. @throws RmaError RMA_STORE_* if the store does not have the file */
  read(model: PinnedModel, file: PinnedFile, range: ByteRange): Promise<Uint8Array>;
  /** Records the references that a worker needs, which prune keeps. */
  recordNeeds(needs: StoreNeeds): Promise<void>;
}

export interface PublishOptions {
  /** false: the files are not all that the reference means, so it is not recorded (default true) */
  readonly record?: boolean;
}

export interface RemoveOptions {
  readonly force: boolean;
  readonly onWait: (holder: LeaseHolder) => void;
  readonly signal: AbortSignal;
}

export interface StagedFile {
  readonly path: string;
  readonly digest: Digest;
  readonly pieces?: PieceHashes | null;
}
