import type { PinnedModel } from './pinned-model.ts';

/** What `rma-worker fetch` and `rma-worker check` read on stdin. */
export interface FetchRequest {
  readonly models: readonly PinnedModel[];
  /** recorded in the store before anything is fetched: the roots of prune */
  readonly projectRefs?: ProjectRefs | undefined;
}

/** Every reference that one project needs on one host. */
export interface ProjectRefs {
  readonly host: string;
  readonly project: string;
  readonly refs: readonly string[];
}
