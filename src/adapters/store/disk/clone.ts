import { constants } from 'node:fs';
import type { Disk } from './disk.ts';
import { FILE_MODE } from './files.ts';

/** Clones a file by sharing its blocks (xfs, btrfs). Returns false if the file system cannot; the caller then copies while hashing. */
export async function tryClone(disk: Disk, from: string, to: string): Promise<boolean> {
  try {
    await disk.copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    await disk.chmod(to, FILE_MODE);
    return true;
  } catch {
    await disk.rm(to, { force: true });
    return false;
  }
}
