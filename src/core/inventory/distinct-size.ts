import type { ScannedFile } from '../domain/store-scan.ts';

type Sized = Pick<ScannedFile, 'inode' | 'bytes' | 'diskBytes'>;

/** Returns the size of files, or what they occupy on disk; content with several names is counted once. `counted`: inodes that are left out; those of the files are added. */
export function distinctSize(
  size: 'bytes' | 'diskBytes',
  files: Iterable<Sized>,
  counted: Set<string> = new Set(),
): number {
  let sum = 0;
  for (const file of files) {
    if (file.inode === null || counted.has(file.inode)) continue;
    counted.add(file.inode);
    sum += file[size];
  }
  return sum;
}
