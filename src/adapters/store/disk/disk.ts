import * as fs from 'node:fs/promises';
import { openPlain, readRegular } from './open-plain.ts';

/** All disk operations of the store, so that tests can make each of them fail. */
export type Disk = Pick<
  typeof fs,
  | 'open'
  | 'mkdir'
  | 'rename'
  | 'link'
  | 'symlink'
  | 'unlink'
  | 'rm'
  | 'rmdir'
  | 'readdir'
  | 'readlink'
  | 'access'
  | 'chmod'
  | 'copyFile'
  | 'lstat'
  | 'stat'
> & {
  /** Returns the text of a regular file of at most `MAX_TEXT_BYTES`. */
  readText(path: string): Promise<string>;
};

/** The disk of this machine: opens regular files and directories only, and never waits for what another process writes. */
export const realDisk: Disk = {
  open: openPlain,
  readText: readRegular,
  mkdir: fs.mkdir,
  rename: fs.rename,
  link: fs.link,
  symlink: fs.symlink,
  unlink: fs.unlink,
  rm: fs.rm,
  rmdir: fs.rmdir,
  readdir: fs.readdir,
  readlink: fs.readlink,
  access: fs.access,
  chmod: fs.chmod,
  copyFile: fs.copyFile,
  lstat: fs.lstat,
  stat: fs.stat,
};

/** Codes of a missing file, or of something else under its name that rma did not write: such a record counts as absent. */
export const NO_RECORD: readonly string[] = [
  'ENOENT',
  'ENOTDIR',
  'ESTALE',
  'EISDIR',
  'ELOOP',
  'ENXIO',
  'EFTYPE',
  'EFBIG',
];

/** Codes of a write for which there is no space. */
export const NO_SPACE: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** Returns the errno name of a file system error; null for any other error. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
    ? error.code
    : null;
}

/** Returns the result of an operation, or null if it fails with one of `codes`. */
export async function unless<T>(codes: readonly string[], step: Promise<T>): Promise<T | null> {
  try {
    return await step;
  } catch (error) {
    if (codes.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}
