import type { BigIntStats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { linkOrNull, lstatOrNull, type StoreGuard } from '../disk/store-guard.ts';

/** The regular file to which a link leads. */
export interface LinkTarget {
  readonly stats: BigIntStats;
  /** below the root of the walk; null: elsewhere in the store */
  readonly path: string | null;
}

/** Follows the links in a tree. Snapshots consist of links into a few directories, whose real paths are found out once. */
export class LinkReader {
  readonly #guard: StoreGuard;
  readonly #root: string;
  readonly #realRoot: string | null;
  /** directory → whether no link is on the way to it from the root */
  readonly #plain = new Map<string, boolean>();

  /** @param root absolute path without a slash at its end */
  constructor(guard: StoreGuard, root: string) {
    this.#guard = guard;
    this.#root = root;
    this.#realRoot = guard.realpath(root);
  }

  /** Returns the target of a link; null if it leads to no regular file in the store. */
  read(place: string): LinkTarget | null {
    const link = linkOrNull(place);
    if (link === null) return null;
    const target = resolve(dirname(place), link);
    if (this.#isPlain(dirname(target)) && this.#isPlain(dirname(place))) {
      const stats = lstatOrNull(target);
      if (stats === null) return null;
      if (stats.isFile()) return { stats, path: target.slice(this.#root.length + 1) };
    }
    const stats = this.#guard.fileStats(place);
    return stats === null ? null : { stats, path: this.#below(place) };
  }

  #isPlain(folder: string): boolean {
    const known = this.#plain.get(folder);
    if (known !== undefined) return known;
    const isBelow = folder === this.#root || folder.startsWith(`${this.#root}/`);
    const isPlain =
      isBelow &&
      this.#realRoot !== null &&
      this.#guard.realpath(folder) === `${this.#realRoot}${folder.slice(this.#root.length)}`;
    this.#plain.set(folder, isPlain);
    return isPlain;
  }

  /** Returns where a link leads to, below the root; null if it leads elsewhere. */
  #below(place: string): string | null {
    const real = this.#guard.realpath(place);
    const base = this.#realRoot;
    return real !== null && base !== null && real.startsWith(`${base}/`) ? real.slice(base.length + 1) : null;
  }
}
