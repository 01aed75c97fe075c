import type { BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { linkOrNull, lstatOrNull, realpathOrNull, type StoreGuard } from './store-guard.ts';

/**
 * Reads the stats of many files by the rules of the guard, and resolves each of their directories once. For one check only:
 * directories may become links later.
 */
export class StatsReader {
  readonly #guard: StoreGuard;
  /** real path by directory; null: does not exist, or is outside of the store */
  readonly #folders = new Map<string, string | null>();
  readonly #targets = new Map<string, string | null>();

  constructor(guard: StoreGuard) {
    this.#guard = guard;
  }

  /**
   * Returns the stats of a regular file, links within the store followed; null if there is none.
   * @throws RmaError RMA_STORE_LINK exit 3 if its directory is outside of the store
   */
  fileStats(path: string): BigIntStats | null {
    const folder = this.#folderOf(path);
    const place = folder === null ? null : join(folder, basename(path));
    const stats = place === null ? null : lstatOrNull(place);
    if (place === null || stats?.isSymbolicLink() !== true) return regular(stats);
    const link = linkOrNull(place);
    const target = link === null ? null : this.#targetOf(resolve(dirname(place), link), path);
    const linked = target === null ? null : lstatOrNull(target);
    // a link to a link is rare: the guard resolves it
    return linked?.isSymbolicLink() === true ? this.#guard.fileStats(path) : regular(linked);
  }

  #folderOf(path: string): string | null {
    return remembered(this.#folders, dirname(path), () => {
      this.#guard.assertInside(path);
      return realpathOrNull(dirname(path));
    });
  }

  /** Returns the path of a link's target without links in its directory; null if that is outside of the store. */
  #targetOf(target: string, path: string): string | null {
    const folder = remembered(this.#targets, dirname(target), () => {
      const real = realpathOrNull(dirname(target));
      return real !== null && this.#guard.contains(real, path) ? real : null;
    });
    return folder === null ? null : join(folder, basename(target));
  }
}

function remembered(
  known: Map<string, string | null>,
  key: string,
  find: () => string | null,
): string | null {
  const value = known.get(key);
  if (value !== undefined) return value;
  const found = find();
  known.set(key, found);
  return found;
}

function regular(stats: BigIntStats | null): BigIntStats | null {
  return stats?.isFile() === true ? stats : null;
}
