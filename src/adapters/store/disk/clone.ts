import { constants } from 'node:fs';
import type { Disk } from './disk.ts';
import { FILE_MODE } from './files.ts';

/** Shares the blocks where the file system can (xfs, btrfs); a plain copy is made elsewhere, while hashing. */
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
