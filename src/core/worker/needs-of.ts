import type { StoreNeeds } from '../domain/fetch-request.ts';
import { pinnedCommits } from '../domain/pinned-model.ts';
import type { WorkerConfig } from '../domain/worker-config.ts';

/** Returns what a worker needs of the store, as the store records it. */
export function needsOf({ host, project, profile, models }: WorkerConfig): StoreNeeds {
  return { host, project, profile, refs: models.map(({ ref }) => ref), commits: pinnedCommits(models) };
}
