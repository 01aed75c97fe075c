import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VOLUME_STEPS, type VolumeProbe, type VolumeStep } from '../../core/domain/volume.ts';
import { mayAccess, somePaths, walk } from './read-volume.ts';

/**
 * Tries what rma and engines do in a volume with a temporary file: writing, a hard link, a symbolic link, renaming and
 * deleting. Leaves nothing behind.
 */
export async function probeVolume(directory: string): Promise<VolumeProbe> {
  const own = join(directory, `.rma-check-${randomUUID()}`);
  const names = { file: own, link: `${own}-link`, symlink: `${own}-symlink`, renamed: `${own}-renamed` };
  try {
    return { fault: await firstFault(names), unwritable: unwritableIn(directory) };
  } finally {
    await Promise.all(Object.values(names).map(async (path) => rm(path, { force: true }).catch(() => null)));
  }
}

type Names = Readonly<Record<'file' | 'link' | 'symlink' | 'renamed', string>>;

async function firstFault(names: Names): Promise<VolumeProbe['fault']> {
  const steps: Readonly<Record<VolumeStep, () => Promise<void>>> = {
    write: async () => writeFile(names.file, 'rma', { flag: 'wx' }),
    link: async () => link(names.file, names.link),
    symlink: async () => symlink(names.file, names.symlink),
    rename: async () => rename(names.file, names.renamed),
    delete: async () => unlink(names.renamed),
  };
  for (const step of VOLUME_STEPS) {
    try {
      await steps[step]();
    } catch (error) {
      return { step, error: (error as NodeJS.ErrnoException).code ?? String(error) };
    }
  }
  return null;
}

function unwritableIn(directory: string): VolumeProbe['unwritable'] {
  const found = [...walk(directory)].filter(
    ({ path, stats }) =>
      stats.isDirectory() && !mayAccess(join(directory, path), constants.W_OK | constants.X_OK),
  );
  return somePaths(found.map(({ path }) => path));
}
