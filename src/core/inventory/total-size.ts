import type { ScannedFile, ScannedTree } from '../domain/store-scan.ts';
import { distinctSize } from './distinct-size.ts';
import { onlyNames } from './only-names.ts';

/** Returns the size of everything in a store, bytes, as `distinctSize`. `others`: files outside the trees. */
export function totalSize(
  size: 'bytes' | 'diskBytes',
  trees: readonly ScannedTree[],
  others: readonly ScannedFile[],
): number {
  const single = onlyNames(trees);
  const shared = trees.flatMap((tree) => (single.has(tree) ? [] : tree.files));
  let sum = distinctSize(size, [...others, ...shared]);
  for (const { files } of single) for (const file of files) sum += file[size];
  for (const { summed = [] } of trees) for (const { sums } of summed) sum += sums[size];
  return sum;
}
