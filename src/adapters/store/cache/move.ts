import { dirname } from 'node:path';
import { type Disk, errnoOf, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir } from '../disk/files.ts';

/** What became of a file of the trash: it is back, something else has its name, or there was none. */
export type MovedBack = 'moved' | 'taken' | 'missing';

/** Codes of file systems that refuse a hard link to a link or to a file of another user. */
const NO_LINK = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EINVAL'];

/** Moves a file or directory of the trash back to its place. Never replaces what is there. Returns the outcome. */
export async function moveBack(disk: Disk, from: string, to: string): Promise<MovedBack> {
  const stats = await unless(NO_RECORD, disk.lstat(from, { bigint: true }));
  if (stats === null) return 'missing';
  await ensureDir(disk, dirname(to));
  if (!stats.isDirectory() && (await linked(disk, from, to))) {
    await disk.unlink(from);
    return 'moved';
  }
  const there = await unless(NO_RECORD, disk.lstat(to, { bigint: true }));
  if (there !== null && there.ino === stats.ino && there.dev === stats.dev) {
    // a process died between the two steps
    await disk.unlink(from);
    return 'moved';
  }
  if (there !== null) return 'taken';
  await disk.rename(from, to);
  return 'moved';
}

/** Returns whether a new name was made for a file; unlike a rename, that never replaces another. */
async function linked(disk: Disk, from: string, to: string): Promise<boolean> {
  try {
    await disk.link(from, to);
    return true;
  } catch (error) {
    if (['EEXIST', ...NO_LINK].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
