import { constants } from 'node:fs/promises';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';

/** Copies where a file system like xfs shares blocks, which takes no space. */
export const sharingDisk: Disk = {
  ...realDisk,
  copyFile: (from, to, mode = 0) => realDisk.copyFile(from, to, mode & ~constants.COPYFILE_FICLONE_FORCE),
};
