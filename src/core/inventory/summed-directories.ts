import type { ScannedTree, SummedDirectory } from '../domain/store-scan.ts';
import { placeOf } from './grouped-tree.ts';

/** Returns a tree that lists the files of its summed directories. `isListed`: those to list, by default all. */
export function listed(
  tree: ScannedTree,
  isListed: (directory: SummedDirectory) => boolean = () => true,
): ScannedTree {
  const { summed = [] } = tree;
  const chosen = new Set(summed.filter(isListed));
  if (chosen.size === 0) return tree;
  const files = [...tree.files, ...[...chosen].flatMap(({ list }) => list())];
  return {
    ...tree,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    summed: summed.filter((directory) => !chosen.has(directory)),
  };
}

/** Returns trees that list the directories which links lead into: content in them has several names. */
export function listLinked(trees: readonly ScannedTree[]): readonly ScannedTree[] {
  const sources = new Set(trees.filter(({ summed = [] }) => summed.length > 0).map(({ source }) => source));
  if (sources.size === 0) return trees;
  // where a link to another tree leads is not known
  if (trees.some(({ files }) => files.some(({ leadsElsewhere }) => leadsElsewhere === true)))
    return trees.map((tree) => listed(tree));
  const places = trees.flatMap((tree) =>
    tree.files
      .flatMap(({ target }) => (target === null ? [] : [placeOf(tree, target)]))
      .filter(({ source }) => sources.has(source)),
  );
  return trees.map((tree) => {
    const own = places.filter(({ source }) => source === tree.source);
    return listed(tree, ({ path }) => own.some((place) => place.path.startsWith(`${path}/`)));
  });
}
