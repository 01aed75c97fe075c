import { randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, syncDir, writeAtomic } from '../disk/files.ts';
import { stagingFor } from '../transfer/staging.ts';

export interface ChangeContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  /** wall clock, ms */
  readonly now: () => number;
}

/**
 * Keeps what is at a path of the store as a second name in `.rma/quarantine/TIME-ID/PATH`, with its path, the reason and
 * the time in `quarantine.json` next to it; the caller then replaces or removes the first name. Keeps nothing of a link,
 * which has no content of its own.
 */
export async function quarantine(context: ChangeContext, path: string, reason: string): Promise<void> {
  const { disk, paths, now } = context;
  const place = placeInStore(paths, path);
  const stats = await unless(NO_RECORD, disk.lstat(place));
  if (stats === null || stats.isSymbolicLink()) return;
  const movedAt = new Date(now()).toISOString();
  const id = `${movedAt.replace(/\.\d+|[-:]/g, '')}-${randomUUID().slice(0, 8)}`;
  const staging = stagingFor(paths, place);
  const folder = join(quarantineBeside(staging), id);
  const kept = join(folder, path);
  await ensureDir(disk, staging);
  await ensureDir(disk, dirname(kept));
  const record = { schema: 'rma.quarantine/v1', path, reason, movedAt };
  await writeAtomic(disk, {
    staging,
    path: join(folder, 'quarantine.json'),
    text: `${JSON.stringify(record)}\n`,
  });
  await disk.link(place, kept);
  await syncDir(disk, dirname(kept));
}

/** Returns the directory on the file system of a staging directory: a rename cannot leave it. */
function quarantineBeside(staging: string): string {
  const isOurs = resolve(staging).endsWith('/.rma/staging');
  return isOurs ? join(dirname(staging), 'quarantine') : join(staging, 'quarantine');
}
