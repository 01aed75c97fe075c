import type { ScannedTree } from '../domain/store-scan.ts';

/**
 * Returns the inodes of contents with more hard links than the trees of a store have names for them: the others keep the
 * content when these names are removed.
 */
export function linkedElsewhere(trees: readonly Pick<ScannedTree, 'files'>[]): ReadonlySet<string> {
  const unseen = new Map<string, number>();
  for (const { files } of trees) {
    for (const { inode, links, target, leadsElsewhere } of files) {
      if (inode === null || links === undefined) continue;
      const isSymbolic = target !== null || leadsElsewhere === true;
      unseen.set(inode, (unseen.get(inode) ?? links) - (isSymbolic ? 0 : 1));
    }
  }
  return new Set([...unseen].flatMap(([inode, count]) => (count > 0 ? [inode] : [])));
}
