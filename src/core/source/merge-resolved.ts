import type { ResolvedModels } from '../domain/resolved-models.ts';

/** Returns what several hosts or commands know of models; where they differ, the first one counts. */
export function mergeResolved(all: readonly ResolvedModels[]): ResolvedModels {
  const backwards = all.toReversed();
  const pinned = new Map(backwards.flatMap((each) => [...each.pinned]));
  const missing = backwards.flatMap((each) => [...each.missing]).filter(([ref]) => !pinned.has(ref));
  return {
    pinned,
    geometry: new Map(backwards.flatMap((each) => [...each.geometry])),
    missing: new Map(missing),
    transient: new Set(all.flatMap((each) => [...(each.transient ?? [])])),
  };
}
