import { join } from 'node:path/posix';
import { STORE_MOUNT } from '../store/layout.ts';
import { SOURCES } from './sources.ts';

/** Where the parts of the store are; absolute paths. */
export interface StorePaths {
  readonly root: string;
  /** rma's own records */
  readonly state: string;
  /** source → directory of its models */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * Returns the directories of the store. `root` (a flag) wins over MODEL_CACHE_DIR and, passed with an empty environment,
 * over the variables with which each source's own tools move their caches.
 */
export function storePaths(
  root: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): StorePaths {
  const base = root ?? (environment['MODEL_CACHE_DIR'] || STORE_MOUNT);
  const directories = SOURCES.map(({ id, store }) => [
    id,
    store.moved?.(environment) ?? join(base, store.directory),
  ]);
  return { root: base, state: join(base, '.rma'), sources: Object.fromEntries(directories) };
}

/** Returns the absolute path of a path relative to the store, wherever variables have moved its part. */
export function placeInStore({ root, sources }: StorePaths, path: string): string {
  const source = SOURCES.find(({ store }) => path.startsWith(`${store.directory}/`));
  const base = source === undefined ? undefined : sources[source.id];
  return source === undefined || base === undefined
    ? join(root, path)
    : join(base, path.slice(source.store.directory.length));
}
