import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';

const refuse = () =>
  Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS', syscall: 'open' }));

/** A disk that refuses every change of a directory. */
export const readOnlyDisk: Disk = {
  ...realDisk,
  mkdir: refuse,
  rename: refuse,
  link: refuse,
  unlink: refuse,
  rm: refuse,
  chmod: refuse,
};

/** A disk that opens no file, and refuses every change of a directory. */
export const closedDisk: Disk = { ...readOnlyDisk, open: refuse };
