import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';

/** A file that an export has not written to for this time was left behind by one that was killed, ms. */
const ABANDONED_MS = 60 * 60 * 1000;

const PART = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/** Returns a name for a file while it is written, which two exports to one target do not share. */
export function partPath(path: string): string {
  return `${path}.${randomUUID()}.part`;
}

/** Removes the files that killed exports left in a directory. An export whose file is removed fails without harm. */
export async function sweepParts(disk: Disk, directory: string): Promise<void> {
  const names = (await unless(NO_RECORD, disk.readdir(directory))) ?? [];
  for (const path of names.filter((name) => PART.test(name)).map((name) => join(directory, name))) {
    const stats = await unless(NO_RECORD, disk.lstat(path));
    if (stats?.isFile() === true && Date.now() - stats.mtimeMs > ABANDONED_MS)
      await disk.rm(path, { force: true });
  }
}
