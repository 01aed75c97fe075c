import * as fs from 'node:fs/promises';

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
  | 'readdir'
  | 'readFile'
  | 'readlink'
  | 'chmod'
  | 'copyFile'
  | 'lstat'
  | 'stat'
>;

export const realDisk: Disk = fs;

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
