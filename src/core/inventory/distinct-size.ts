import type { ScannedFile } from '../domain/store-scan.ts';

type Sized = Pick<ScannedFile, 'inode' | 'bytes' | 'diskBytes'>;

/** Returns the size of files, or what they occupy on disk; content with several names is counted once. */
export function distinctSize(size: 'bytes' | 'diskBytes', files: Iterable<Sized>): number {
  const counted = new Set<string>();
  let sum = 0;
  for (const file of files) {
    if (file.inode === null || counted.has(file.inode)) continue;
    counted.add(file.inode);
    sum += file[size];
  }
  return sum;
}
