import type { ModelGeometry } from './geometry.ts';
import type { PinnedModel } from './pinned-model.ts';

/** What model references resolve to, by reference. */
export interface ResolvedModels {
  readonly pinned: ReadonlyMap<string, PinnedModel>;
  /** of models on GPUs; null: not in the header; absent: not read yet */
  readonly geometry: ReadonlyMap<string, ModelGeometry | null>;
  /** optional models that their source does not have, with the message of the source */
  readonly missing: ReadonlyMap<string, string>;
  /** references whose geometry or absence holds for this command only: no hub could be reached; absent: none */
  readonly transient?: ReadonlySet<string> | undefined;
}

export const NOTHING_RESOLVED: ResolvedModels = {
  pinned: new Map(),
  geometry: new Map(),
  missing: new Map(),
};
