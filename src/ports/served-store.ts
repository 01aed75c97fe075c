import type { ModelRef } from '../core/domain/model-ref.ts';
import type { Digest } from '../core/domain/pinned-model.ts';
import type { ByteSpan } from '../core/network/byte-range.ts';
import type { ModelRecord } from '../core/source/model-record.ts';

/** A reference that the store answers. */
export interface ServedModel {
  readonly ref: string;
  readonly files: number;
  /** size of its content */
  readonly bytes: number;
}

/** What a store serves. */
export interface ServedModels {
  readonly models: readonly ServedModel[];
  /** size of their content; what several models share is counted once */
  readonly bytes: number;
}

/** An open file. The caller closes it. */
export interface ServedContent {
  readonly bytes: number;
  /** @throws RmaError RMA_STORE_* if the file became shorter */
  read(span: ByteSpan): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A store as other machines see it: read-only, and nothing in it that no valid receipt confirms. */
export interface ServedStore {
  /** Returns the recorded references whose models are complete and verified, sorted. */
  models(): Promise<ServedModels>;
  /** Returns the files of a reference, each with its hash; null if the store does not have all of them verified. */
  find(ref: ModelRef): Promise<ModelRecord | null>;
  /** Opens the content with this hash; null if no valid receipt confirms it. */
  open(digest: Digest): Promise<ServedContent | null>;
}
