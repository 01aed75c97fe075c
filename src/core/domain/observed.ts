import type { ModelCheck } from './model-check.ts';
import type { Snapshot } from './snapshot.ts';

/** A snapshot, and what else a plan needs to know about the desired state. */
export interface Observed extends Snapshot {
  /** the desired models, by canonical reference; null when nothing could read the store */
  readonly store: ReadonlyMap<string, ModelCheck> | null;
  /** bytes free on the file system of the store; null when unknown */
  readonly freeBytes: number | null;
  /** ports of the desired services that something outside this project listens on */
  readonly portsTaken: ReadonlySet<number>;
}
