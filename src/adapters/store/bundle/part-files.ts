import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { splitName } from '../../../core/bundle/part-name.ts';
import { groupBy } from '../../../core/inventory/group-by.ts';
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
  const names = ((await unless(NO_RECORD, disk.readdir(directory))) ?? []).filter((name) => PART.test(name));
  for (const parts of groupBy(names, targetOf).values()) {
    const paths = parts.map((name) => join(directory, name));
    // nothing is written to the complete parts of a split bundle while an export writes the next ones
    if (await areAbandoned(disk, paths)) for (const path of paths) await disk.rm(path, { force: true });
  }
}

/** Returns the file that an export writes, by the name of its part. */
function targetOf(name: string): string {
  const target = name.replace(PART, '');
  return splitName(target) ?? target;
}

async function areAbandoned(disk: Disk, paths: readonly string[]): Promise<boolean> {
  const all = await Promise.all(paths.map((path) => unless(NO_RECORD, disk.lstat(path))));
  return all.every(
    (stats) => stats === null || (stats.isFile() && Date.now() - stats.mtimeMs > ABANDONED_MS),
  );
}
