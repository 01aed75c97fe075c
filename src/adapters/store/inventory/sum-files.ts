import type { Dirent } from 'node:fs';
import type { FileSums } from '../../../core/domain/file-sums.ts';
import { roundedStatsOrNull, type StoreGuard } from '../disk/store-guard.ts';

/** Bytes of a block of `st_blocks`, whatever the block size of the file system: stat(2). */
const BLOCK_BYTES = 512;

/**
 * Returns the sums of the regular files below a directory, if there is nothing else: each the only name of its content, and no
 * hidden directories, which may be records of other programs. null: there is something else, or nothing.
 */
export function sumFiles(guard: StoreGuard, directory: string): FileSums | null {
  let [files, bytes, blocks, newest] = [0, 0, 0, Number.NEGATIVE_INFINITY];

  /** Returns false for a file with which the directory cannot be summed. */
  const add = (folder: string, entry: Dirent): boolean => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return !entry.name.startsWith('.') && addAll(path);
    const stats = roundedStatsOrNull(path);
    // it was removed meanwhile
    if (stats === null) return true;
    if (!stats.isFile() || stats.nlink !== 1) return false;
    files += 1;
    bytes += stats.size;
    blocks += stats.blocks;
    newest = Math.max(newest, stats.mtimeMs);
    return true;
  };
  const addAll = (folder: string): boolean => guard.entriesIn(folder).every((entry) => add(folder, entry));

  try {
    if (!addAll(directory) || files === 0) return null;
  } catch {
    // a walk names what cannot be read
    return null;
  }
  return { files, bytes, diskBytes: blocks * BLOCK_BYTES, newest: Math.trunc(newest) };
}
