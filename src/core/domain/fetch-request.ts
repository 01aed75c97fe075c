import type { PinnedModel } from './pinned-model.ts';

/** What `rma-worker fetch` and `rma-worker check` read on stdin. */
export interface FetchRequest {
  readonly models: readonly PinnedModel[];
  /** recorded in the store before anything is fetched: the roots of prune */
  readonly needs?: StoreNeeds | undefined;
}

/** Every reference that one worker needs: a profile of a project on a host. */
export interface StoreNeeds {
  readonly host: string;
  readonly project: string;
  readonly profile: string;
  readonly refs: readonly string[];
}
