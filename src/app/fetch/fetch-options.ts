import type { ModelCheck } from '../../core/domain/model-check.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import type { PeerStore } from '../../ports/peer-store.ts';
import type { Transfer } from '../../ports/transfer.ts';
import type { HostSlots } from './host-slots.ts';

export interface FetchOptions {
  readonly store: ModelStore;
  readonly uses: ModelUses;
  readonly sources: readonly ModelSource[];
  readonly transfer: Transfer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ModelProgress) => void;
  /** stores of other machines that are tried before the hubs, in this order */
  readonly peers?: readonly PeerStore[] | undefined;
  /** most connections to one host at the same time (default 32) */
  readonly connections?: number | undefined;
  /** true: no hub is contacted; without peers a model with missing files fails */
  readonly offline?: boolean | undefined;
  /** checks of these models that this command has just made */
  readonly checks?: ReadonlyMap<PinnedModel, ModelCheck> | undefined;
}

/** What the fetches of several models have in common. */
export interface SharedFetch extends FetchOptions {
  readonly slots: HostSlots;
  /** names of peers that could not be reached; added to */
  readonly down: Set<string>;
  /** names of peers that sent content; added to */
  readonly reached: Set<string>;
}
