import type { PinnedFile, PinnedModel } from '../core/domain/pinned-model.ts';
import type { TokenWays } from '../core/hub/hub-refusal.ts';
import type { ModelRef } from '../core/reference/model-ref.ts';

/** Where the content of one file is, now. */
export interface FileLocation {
  readonly url: string;
  /** sent to the origin of `url` only; never follows a redirect to another origin */
  readonly authorization: string | null;
  /** value of `Cookie`, for a hub that takes its token there; travels as `authorization` does */
  readonly cookie?: string | null;
  /** how users give this hub's token, for the error when it refuses */
  readonly tokenWays?: TokenWays;
}

/** One kind of hub. `resolve` asks it what a reference means; `locate` only computes. */
export interface ModelSource {
  readonly source: ModelRef['source'];
  /**
   * The exact files behind a reference.
   * @throws RmaError RMA_HUB_* with exit 1 (unreachable, not found), 4 (401, 403, gated) or 6 (unsafe names)
   */
  resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel>;
  locate(model: PinnedModel, file: PinnedFile): FileLocation;
}
