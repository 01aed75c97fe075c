import { join, relative, resolve } from 'node:path';
import type { ScannedFile, ScannedTree } from '../../../core/domain/store-scan.ts';
import { below } from '../../../core/inventory/grouped-tree.ts';
import { layoutOf } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { errnoOf } from '../disk/disk.ts';
import { linkOrNull, realpathOrNull } from '../disk/store-guard.ts';

/** Enough for any chain of links that the system follows. */
const MAX_LINKS = 40;

interface Root {
  readonly tree: ScannedTree;
  /** absolute path */
  readonly path: string;
  /** the same without links */
  readonly real: string;
}

/**
 * Returns the names through which the links of a store lead, such as another link or a directory, with these links. The links
 * of snapshots to their blobs are left out: they are names of their models.
 */
export function linksWithin(
  paths: StorePaths,
  trees: readonly ScannedTree[],
): ReadonlyMap<string, readonly string[]> {
  const roots = trees.flatMap((tree): readonly Root[] => {
    const path = resolve(tree.source === null ? paths.root : (paths.sources[tree.source] ?? paths.root));
    const real = realpathOrNull(path);
    return real === null ? [] : [{ tree, path, real }];
  });
  const links = new Map<string, string[]>();
  for (const { tree, path } of roots) {
    for (const file of tree.files.filter(isLink(tree))) {
      for (const real of namesThrough(join(path, file.path))) {
        const to = storePath(real, roots);
        if (to === null) continue;
        const known = links.get(to) ?? [];
        known.push(below(tree, file.path));
        links.set(to, known);
      }
    }
  }
  return links;
}

function isLink(tree: ScannedTree): (file: ScannedFile) => boolean {
  const hasOwnLinks = layoutOf(tree) === 'hf-cache';
  return ({ target, leadsElsewhere, isUnread }) =>
    isUnread === true || (!hasOwnLinks && (target !== null || leadsElsewhere === true));
}

/** Returns the absolute paths that a link names one after the other, their directories without links. */
function namesThrough(link: string): readonly string[] {
  const names: string[] = [];
  for (let at: string | null = link; at !== null && names.length < MAX_LINKS; ) {
    at = nameAfter(at);
    if (at !== null) names.push(at);
  }
  return names;
}

/** Returns the next name; null for what is no link, or what this user may not reach. */
function nameAfter(link: string): string | null {
  try {
    const written = linkOrNull(link);
    return written === null ? null : named(link, written);
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

function named(link: string, written: string): string | null {
  const path = written.startsWith('/') ? written : `${link.slice(0, link.lastIndexOf('/'))}/${written}`;
  const plain = path.replace(/\/+$/, '');
  const cut = plain.lastIndexOf('/');
  const name = plain.slice(cut + 1);
  if (name === '' || name === '.' || name === '..') return realpathOrNull(path);
  const folder = realpathOrNull(plain.slice(0, cut + 1));
  return folder === null ? null : join(folder, name);
}

/** Returns an absolute path relative to the store, by the innermost directory that has it; null outside. */
function storePath(real: string, roots: readonly Root[]): string | null {
  const [root] = roots
    .filter((each) => real.startsWith(`${each.real}/`))
    .sort((a, b) => b.real.length - a.real.length);
  return root === undefined ? null : below(root.tree, relative(root.real, real));
}
