import type { BigIntStats } from 'node:fs';
import { linkOrNull, lstatOrNull, realpathOrNull, type StoreGuard } from './store-guard.ts';

/** A directory of files that are read. */
interface Folder {
  /** its path without links */
  readonly real: string;
  /** directory as its links write it → that directory's path without links; null: does not exist, or is outside of the store */
  readonly targets: Map<string, string | null>;
  /** a link was seen in it: its other names are probably links too */
  hasLinks: boolean;
}

/** A regular file to which a link leads. */
export interface LinkedFile {
  readonly stats: BigIntStats;
  /** its path without links */
  readonly real: string;
}

/**
 * Reads the stats of many files by the rules of the guard, with two system calls for each link, and resolves each of their
 * directories once. For one check only: directories may become links later.
 */
export class StatsReader {
  readonly #guard: StoreGuard;
  /** null: does not exist */
  readonly #folders = new Map<string, Folder | null>();

  constructor(guard: StoreGuard) {
    this.#guard = guard;
  }

  /**
   * Returns the stats of a regular file, links within the store followed; null if there is none. `path`: absolute.
   * @throws RmaError RMA_STORE_LINK exit 3 if its directory is outside of the store
   */
  fileStats(path: string): BigIntStats | null {
    const at = path.lastIndexOf('/');
    const folder = this.#directoryOf(path.slice(0, at), path);
    if (folder === null) return null;
    const place = `${folder.real}/${path.slice(at + 1)}`;
    if (!folder.hasLinks) {
      const stats = lstatOrNull(place);
      if (stats?.isSymbolicLink() !== true) return regular(stats);
      folder.hasLinks = true;
    }
    const link = linkOrNull(place);
    return link === null ? regular(lstatOrNull(place)) : (this.#follow(folder, link, path)?.stats ?? null);
  }

  /** Returns the file to which a link leads; null if it is no link, or leads to no regular file in the store. @throws as `fileStats` */
  linkedFile(path: string): LinkedFile | null {
    const at = path.lastIndexOf('/');
    const folder = this.#directoryOf(path.slice(0, at), path);
    const link = folder === null ? null : linkOrNull(`${folder.real}/${path.slice(at + 1)}`);
    return folder === null || link === null ? null : this.#follow(folder, link, path);
  }

  #follow(folder: Folder, link: string, path: string): LinkedFile | null {
    const at = link.lastIndexOf('/') + 1;
    const name = link.slice(at);
    // rare: the guard resolves it
    if (name === '' || name === '.' || name === '..') return this.#resolved(path);
    const target = this.#targetOf(folder, link.slice(0, at), path);
    if (target === null) return null;
    const real = `${target}/${name}`;
    const stats = lstatOrNull(real);
    if (stats?.isSymbolicLink() === true) return this.#resolved(path);
    return stats?.isFile() === true ? { stats, real } : null;
  }

  #resolved(path: string): LinkedFile | null {
    const real = this.#guard.realpath(path);
    const stats = real === null ? null : regular(lstatOrNull(real));
    return real === null || stats === null ? null : { stats, real };
  }

  #directoryOf(name: string, path: string): Folder | null {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    this.#guard.assertInside(path);
    const real = realpathOrNull(name === '' ? '/' : name);
    const folder = real === null ? null : { real, targets: new Map(), hasLinks: false };
    this.#folders.set(name, folder);
    return folder;
  }

  /** Returns the directory that a link names, without links; null if it does not exist, or is outside of the store. */
  #targetOf({ real, targets }: Folder, written: string, path: string): string | null {
    const known = targets.get(written);
    if (known !== undefined) return known;
    const found = realpathOrNull(written.startsWith('/') ? written : `${real}/${written}`);
    const target = found !== null && this.#guard.contains(found, path) ? found : null;
    targets.set(written, target);
    return target;
  }
}

function regular(stats: BigIntStats | null): BigIntStats | null {
  return stats?.isFile() === true ? stats : null;
}
