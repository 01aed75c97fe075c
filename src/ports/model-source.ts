import type { ModelRef } from '../core/domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../core/domain/pinned-model.ts';
import type { TokenWays } from '../core/hub/hub-refusal.ts';
import type { ArchivedFile } from '../core/source/source.ts';

/** The current address of the content of one file. */
export interface FileLocation {
  readonly url: string;
  /** sent to the origin of `url` only; never follows a redirect to another origin */
  readonly authorization: string | null;
  /** value of `Cookie`, for a hub that reads its token there; sent as `authorization` is */
  readonly cookie?: string | null;
  /** a file of the same name at another source, which may be another file: the hash decides, and a refusal is not final for the model */
  readonly copy?: true;
  /** the URL is of an archive that contains the file */
  readonly archived?: ArchivedFile;
  /** how users set the token of this hub, for the error when it is rejected */
  readonly tokenWays?: TokenWays;
}

/** One kind of hub. */
export interface ModelSource {
  readonly source: ModelRef['source'];
  /**
   * Asks the hub for the exact files behind a reference.
   * @throws RmaError RMA_HUB_* with exit 1 (unreachable, not found), 4 (401, 403, gated) or 6 (unsafe names)
   */
  resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel>;
  /** Like `resolve`, from the stores of other machines only; absent: there are none. @throws RmaError RMA_PEER_NO_MODEL (1) */
  resolveOnPeers?(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel>;
  /** Like `resolve`, from the hub only; absent: `resolve` does that. */
  resolveOnHub?(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel>;
  /** Returns the address of a file. Contacts nothing. */
  locate(model: PinnedModel, file: PinnedFile): FileLocation;
  /** Returns all addresses of a file, in order of preference, for a hub with mirrors; absent: the one of `locate`. */
  locations?(model: PinnedModel, file: PinnedFile): readonly FileLocation[];
  /** Returns the addresses of what a reference of this source has under the name of a file: the hash decides if it is that file. */
  copies?(ref: ModelRef, file: PinnedFile): readonly FileLocation[];
  /** Reports an address whose server could not be reached: others come first from then on. */
  unreachable?(location: FileLocation): void;
}
