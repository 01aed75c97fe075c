import { join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Disk } from './disk.ts';
import { ensureDir } from './files.ts';

/**
 * Makes the folders of a path inside the folder of a model, and refuses to go through a link that someone planted there.
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

export function linkRefused(path: string): RmaError {
  return new RmaError('RMA_CONTENT_UNSAFE_PATH', `${path} is a link where a folder of the model should be`, {
    exitCode: EXIT.badContent,
    hint: 'remove that link; nothing was written through it',
  });
}
