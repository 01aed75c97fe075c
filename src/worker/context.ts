import type { PinnedModel } from '../core/model/pinned-model.ts';
import type { Catalogue } from '../core/model/profile.ts';
import type { ModelStore } from '../ports/model-store.ts';
import type { Log } from './log/log.ts';
import type { ModelFetcher } from './model-fetcher.ts';

/** The outside things of the worker, wired. */
export interface WorkerContext {
  readonly store: ModelStore;
  readonly fetcher: ModelFetcher;
  /** what a model reference means now; asks the hub */
  resolve(ref: string, signal: AbortSignal): Promise<PinnedModel>;
  catalogue(): Promise<Catalogue>;
}

export function createContext(_env: NodeJS.ProcessEnv, _log: Log): WorkerContext {
  throw new Error('not wired');
}
