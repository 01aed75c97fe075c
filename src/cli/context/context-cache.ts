import { systemClock } from '../../adapters/clock/system-clock.ts';
import { FileCacheStore } from '../../adapters/store/cache/file-cache-store.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { CacheStore } from '../../ports/cache-store.ts';

/** Opens the care of the store in the directory of `--dest`, which overrides every variable. */
export function openFolderCache(folder: string): CacheStore {
  return new FileCacheStore({ paths: storePaths(folder, {}), clock: systemClock });
}
