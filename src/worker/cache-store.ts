import { systemClock } from '../adapters/clock/system-clock.ts';
import { FileCacheStore } from '../adapters/store/cache/file-cache-store.ts';
import { storePaths } from '../core/source/store-paths.ts';
import type { CacheStore } from '../ports/cache-store.ts';

/** Opens the store of this container for the cache commands. */
export function createCacheStore(env: NodeJS.ProcessEnv): CacheStore {
  return new FileCacheStore({ paths: storePaths(null, env), clock: systemClock });
}
