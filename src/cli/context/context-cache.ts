import { systemClock } from '../../adapters/clock/system-clock.ts';
import { FileCacheStore } from '../../adapters/store/cache/file-cache-store.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { CacheStore } from '../../ports/cache-store.ts';

/** Opens the store in the directory of `--dest` for the cache commands; it overrides every variable. */
export function openDirectoryCache(folder: string): CacheStore {
  return new FileCacheStore({ paths: storePaths(folder, {}), clock: systemClock });
}
