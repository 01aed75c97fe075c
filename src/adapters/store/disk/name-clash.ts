import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { clashingPaths } from '../../../core/store/safe-path.ts';
import { type Disk, errnoOf } from './disk.ts';
import { ensureDir, writeNew } from './files.ts';

/** The files of a model, and a directory for temporary files on the file system that will hold them. */
export interface NamesToHold {
  readonly subject: string;
  readonly paths: readonly string[];
  readonly staging: string;
}

/**
 * Checks that the file system of the store can hold names that some file systems cannot: it creates empty files of these
 * names in a temporary directory. Does nothing for other names.
 * @throws RmaError RMA_STORE_NAME_CLASH, exit 6
 */
export async function assertNamesFit(disk: Disk, { subject, paths, staging }: NamesToHold): Promise<void> {
  for (const group of clashingPaths(paths)) {
    const probe = join(staging, `names-${randomUUID()}`);
    try {
      for (const path of group) {
        if (!(await holds(disk, join(probe, path)))) throw clash(subject, path, group);
      }
    } finally {
      await disk.rm(probe, { recursive: true, force: true });
    }
  }
}

/** Creates a file and returns whether it exists under exactly this name. */
async function holds(disk: Disk, path: string): Promise<boolean> {
  try {
    await ensureDir(disk, dirname(path));
    await writeNew(disk, path, { text: '', sync: false });
    return (await disk.readdir(dirname(path))).includes(basename(path));
  } catch (error) {
    if (['EEXIST', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ENOENT'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

function clash(subject: string, path: string, group: readonly string[]): RmaError {
  const names = group.map((each) => JSON.stringify(each)).join(' and ');
  const what = group.length === 1 ? `a file named ${names}` : `${names} in one directory`;
  return new RmaError(
    'RMA_STORE_NAME_CLASH',
    `the file system of the store cannot hold ${what}, as ${subject} requires`,
    {
      exitCode: EXIT.badContent,
      hint: 'use a store on a case-sensitive file system such as ext4, or select other files with a pattern: hf:org/repo:PATTERN',
      details: { path, names: group },
    },
  );
}
