import {
  type BigIntStats,
  type Dirent,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { errnoOf, NO_RECORD } from './disk.ts';
import { readRegularSync } from './open-plain.ts';

/** Codes of a path whose file cannot exist. */
const NOWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE', 'ENAMETOOLONG', 'EINVAL'];

/**
 * The one guard of all paths of a store: no symbolic link leads out of it. Its roots may be links themselves. Links within
 * the store are valid: Hugging Face's snapshots consist of them.
 *
 * A path without a link below its root is inside, whatever its root is: `..` was resolved before. So one lstat for each
 * directory below the root is enough for most paths, and only a path with a link is resolved. Nothing is cached between
 * two checks, because a directory may become a link at any time.
 */
export class StoreGuard {
  readonly #roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.#roots = roots.map((root) => resolve(root));
  }

  /**
   * Refuses a path whose directory is outside.
   * @throws RmaError RMA_STORE_LINK exit 3
   */
  assertInside(path: string): void {
    const absolute = resolve(path);
    const root = this.#roots.find((each) => isBelow(absolute, each));
    // a root and its parents are not of the store
    if (root === undefined || absolute === root || !hasLink(dirname(absolute), root)) return;
    const base = realpathOrNull(root);
    for (let folder = dirname(absolute); base !== null; folder = dirname(folder)) {
      const real = realpathOrNull(folder);
      if (real !== null && isBelow(real, base)) return;
      if (real !== null || isLink(folder)) throw linkRefused(firstLink(absolute, root));
    }
  }

  /** Like `assertInside`, for operations that follow a link at the path itself. */
  assertTargetInside(path: string): void {
    this.assertInside(join(path, 'entry'));
  }

  /** Returns the path of an existing file or directory without links; null if it does not exist, or if its own link leads out. */
  realpath(path: string): string | null {
    this.assertInside(path);
    const real = realpathOrNull(path);
    return real !== null && this.contains(real, path) ? real : null;
  }

  /** Returns whether a path without links is in the same part of the store as another path; true for a path of no part. */
  contains(real: string, path: string): boolean {
    const root = this.#roots.find((each) => isBelow(resolve(path), each));
    const base = root === undefined ? null : realpathOrNull(root);
    return base === null || isBelow(real, base);
  }

  /** Returns the stats of a regular file, links within the store followed; null if there is none. */
  fileStats(path: string): BigIntStats | null {
    this.assertInside(path);
    const own = lstatOrNull(path);
    const real = own?.isSymbolicLink() === true ? this.realpath(path) : null;
    const stats = real === null ? own : lstatOrNull(real);
    return stats?.isFile() === true ? stats : null;
  }

  /** Returns the text of a record; null if there is none, or no regular file. */
  readText(path: string): string | null {
    this.assertInside(path);
    try {
      return readRegularSync(path);
    } catch (error) {
      if (NO_RECORD.includes(errnoOf(error) ?? '')) return null;
      throw error;
    }
  }

  /** Returns the entries of a directory; none if it does not exist. */
  entriesIn(folder: string): readonly Dirent[] {
    this.assertTargetInside(folder);
    try {
      return readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (NO_RECORD.includes(errnoOf(error) ?? '')) return [];
      throw error;
    }
  }

  /** Returns the names below a directory, recursively and without following links; none if there is no directory. */
  namesBelow(folder: string): readonly string[] {
    this.assertTargetInside(folder);
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (NO_RECORD.includes(errnoOf(error) ?? '')) return [];
      throw error;
    }
  }
}

/** A guard without a store: for files whose directory was checked before. */
export const everywhere = new StoreGuard([]);

/** Returns the guard of a store with all its parts, wherever variables have moved them. */
export function guardOf({ root, sources }: StorePaths): StoreGuard {
  const moved = Object.values(sources).filter((path) => !isBelow(resolve(path), resolve(root)));
  return new StoreGuard([root, ...moved.flatMap((path) => [path, join(dirname(path), '.rma')])]);
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Returns a path without links; null if nothing exists there. */
export function realpathOrNull(path: string): string | null {
  return orNull(() => realpathSync.native(path));
}

/** Returns the stats of a path, a link at it not followed; null if nothing exists there. */
export function lstatOrNull(path: string): BigIntStats | null {
  return orNull(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null);
}

/** Returns the stats of a path as `lstatOrNull` does, rounded: for many files, in half the time. */
export function roundedStatsOrNull(path: string): Stats | null {
  return orNull(() => lstatSync(path, { throwIfNoEntry: false }) ?? null);
}

/** Returns the target of a link as it is written; null if nothing exists there, or no link. */
export function linkOrNull(path: string): string | null {
  return orNull(() => readlinkSync(path));
}

/** Returns whether a link leads to a directory, in the store or outside. */
export function leadsToDirectory(path: string): boolean {
  const real = realpathOrNull(path);
  return real !== null && lstatOrNull(real)?.isDirectory() === true;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (NOWHERE.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** Returns whether a directory below a root, or one of those above it up to the root, is a link or cannot be read. */
function hasLink(folder: string, root: string): boolean {
  const start = root.endsWith(sep) ? root.length : root.length + 1;
  for (let end = start; end < folder.length; end += 1) {
    const cut = folder.indexOf(sep, end);
    end = cut === -1 ? folder.length : cut;
    const kind = kindOf(folder.slice(0, end));
    if (kind !== 'plain') return kind === 'link';
  }
  return false;
}

/** Returns what is at a path; `none`: nothing, so nothing is below it either. What cannot be read counts as a link. */
function kindOf(path: string): 'plain' | 'link' | 'none' {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'none';
    return stats.isSymbolicLink() ? 'link' : 'plain';
  } catch {
    return 'link';
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** Returns the first link on the way from the root to a path. */
function firstLink(path: string, root: string): string {
  const parts = path
    .slice(root.length)
    .split(sep)
    .filter((part) => part !== '');
  const ways = parts.map((_, at) => join(root, ...parts.slice(0, at + 1)));
  return ways.find(isLink) ?? path;
}

function linkRefused(path: string): RmaError {
  return new RmaError('RMA_STORE_LINK', `${path} is a symbolic link that leads out of the store`, {
    exitCode: EXIT.notReady,
    hint: shell`remove the link (rm ${path}), or mount the other directory there; nothing was read or written through it`,
    details: { path },
  });
}
