import type { PinnedModel } from './pinned-model.ts';

/** Input of `rma-worker fetch` and `rma-worker check` on stdin. */
export interface FetchRequest {
  readonly models: readonly PinnedModel[];
  /** recorded in the store before the download; prune keeps these models */
  readonly needs?: StoreNeeds | undefined;
}

/** All model references of one worker: a profile of a project on a host. */
export interface StoreNeeds {
  readonly host: string;
  readonly project: string;
  readonly profile: string;
  readonly refs: readonly string[];
  /** commit that the worker uses, by reference; a reference without one may mean any commit of its repository */
  readonly commits?: Readonly<Record<string, string>> | undefined;
}
