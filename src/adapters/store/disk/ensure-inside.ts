import { join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Disk } from './disk.ts';
import { ensureDir } from './files.ts';

/**
 * Creates the directories of a path inside the directory of a model; refuses to follow symbolic links in it.
 * @throws RmaError RMA_CONTENT_UNSAFE_PATH exit 6
 */
export async function ensureInside(disk: Disk, base: string, folder: string): Promise<void> {
  let path = base;
  for (const part of ['', ...folder.split('/').filter((name) => name !== '.')]) {
    path = join(path, part);
    await ensureDir(disk, path);
    if ((await disk.lstat(path)).isSymbolicLink()) throw linkRefused(path);
  }
}

/** Returns the error for a symbolic link instead of a directory. */
export function linkRefused(path: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_UNSAFE_PATH',
    `${path} is a symbolic link, expected a directory of the model`,
    {
      exitCode: EXIT.badContent,
      hint: 'remove the link; nothing was written through it',
    },
  );
}
