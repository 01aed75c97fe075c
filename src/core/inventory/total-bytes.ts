import type { StoreScan } from '../domain/store-scan.ts';
import { onlyNames } from './only-names.ts';
import { distinctBytes } from './unknown-items.ts';

/** Returns the size of everything in a store; content with several names is counted once. */
export function totalBytes({ trees, staging }: StoreScan): number {
  const single = onlyNames(trees);
  let sum = distinctBytes([...staging, ...trees.flatMap((tree) => (single.has(tree) ? [] : tree.files))]);
  for (const { files } of single) for (const { bytes } of files) sum += bytes;
  return sum;
}
