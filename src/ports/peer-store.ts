import type { ModelRef } from '../core/domain/model-ref.ts';
import type { Digest, PinnedModel } from '../core/domain/pinned-model.ts';
import type { FileLocation } from './model-source.ts';
import type { Transfer } from './transfer.ts';

/** The store of another machine, as a source of models and content. Any content is found there by its hash. */
export interface PeerStore {
  /** host and port */
  readonly name: string;
  /**
   * Returns the exact files of a reference, each with its hash; null if that store does not have all of them verified.
   * @throws RmaError RMA_HUB_UNREACHABLE (1), RMA_PEER_DENIED (4), RMA_PEER_FINGERPRINT (6)
   */
  resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel | null>;
  /** Returns the address of content. Contacts nothing. */
  locate(digest: Digest): FileLocation;
  /** transfers content from there */
  readonly transfer: Transfer;
}
