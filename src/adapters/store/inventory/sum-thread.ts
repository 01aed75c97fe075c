import type { Dirent, lstatSync, readdirSync } from 'node:fs';

/** What a sum reads with. */
export interface SumModules {
  readonly readdirSync: typeof readdirSync;
  readonly lstatSync: typeof lstatSync;
}

/** Directories to sum, and their sums. Several threads take them in turns. */
export interface SumWork {
  /** absolute paths */
  readonly places: readonly string[];
  /** number of directories that were taken */
  readonly taken: Int32Array;
  /** for each directory: files, bytes, bytes on disk, newest modification time in milliseconds; 0 files: it has no sums */
  readonly sums: Float64Array;
}

/**
 * Takes the next directory, and sums the regular files below it, if they are nothing but that: each the only name of its
 * content, and no hidden directories, which may be records of other programs. Returns the number of its files; null if all
 * directories are taken. The source text of this function is part of the program of a thread, so it may use nothing but its
 * arguments and globals.
 */
export function sumNext(work: SumWork, { readdirSync, lstatSync }: SumModules): number | null {
  const at = Atomics.add(work.taken, 0, 1);
  const place = work.places[at];
  if (place === undefined) return null;
  let [files, bytes, blocks, newest] = [0, 0, 0, Number.NEGATIVE_INFINITY];

  /** Returns false for a file with which the directory cannot be summed. */
  const add = (folder: string, entry: Dirent): boolean => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return !entry.name.startsWith('.') && addAll(path);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // it was removed meanwhile
    if (stats === undefined) return true;
    if (!stats.isFile() || stats.nlink !== 1) return false;
    files += 1;
    bytes += stats.size;
    blocks += stats.blocks;
    newest = Math.max(newest, stats.mtimeMs);
    return true;
  };
  const addAll = (folder: string): boolean =>
    readdirSync(folder, { withFileTypes: true }).every((entry) => add(folder, entry));

  try {
    const isSummed = addAll(place);
    const row = at * (work.sums.length / work.places.length);
    // st_blocks counts 512 bytes each, whatever the block size of the file system: stat(2)
    if (isSummed) work.sums.set([files, bytes, blocks * 512, Math.trunc(newest)], row);
  } catch {
    // a walk names what cannot be read
  }
  return files;
}
