import type { ScannedTree } from '../domain/store-scan.ts';
import { placeOf } from './grouped-tree.ts';

/**
 * Returns the trees of which every name is the only one of its content: there are no links in them, and none to them. Almost
 * all files of a store without links are in such trees, so that nothing is kept in memory for each.
 */
export function onlyNames(trees: readonly ScannedTree[]): ReadonlySet<ScannedTree> {
  if (trees.some(leadsToOthers)) return new Set();
  return new Set(
    trees.filter(({ files }) =>
      files.every(
        ({ isOnlyName, target, inode }) => inode === null || (isOnlyName === true && target === null),
      ),
    ),
  );
}

/** Returns whether a name in a tree may lead to another tree. */
function leadsToOthers(tree: ScannedTree): boolean {
  return tree.files.some(
    ({ path, target, leadsElsewhere }) =>
      leadsElsewhere === true || placeOf(tree, target ?? path).source !== tree.source,
  );
}
