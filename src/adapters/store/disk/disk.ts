import * as fs from 'node:fs/promises';

/** What the store does to the disk, so that a test can let each single step fail. */
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

/** The errno name of a file system error; null for any other. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
    ? error.code
    : null;
}

/** The value of a step, or null when the file system answers with one of `codes`. */
export async function unless<T>(codes: readonly string[], step: Promise<T>): Promise<T | null> {
  try {
    return await step;
  } catch (error) {
    if (codes.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}
