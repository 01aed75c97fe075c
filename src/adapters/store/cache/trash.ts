import { join } from 'node:path';
import type { MarkedEntry } from '../../../core/cache/cache-view.ts';
import { isTrashId, parseTrashRecord } from '../../../core/cache/trash-record.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { statesOf } from '../inventory/scan-store.ts';

export interface TrashContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
}

/** A directory of the trash, on the disk. */
export interface TrashFolder {
  readonly id: string;
  /** absolute */
  readonly path: string;
  /** null: what is left of an entry whose deletion was interrupted */
  readonly entry: MarkedEntry | null;
}

/** Returns the directories of the trash, oldest first. Names that rma did not give, and records that it cannot read, are left out. */
export async function trashFolders({ disk, paths }: TrashContext): Promise<readonly TrashFolder[]> {
  const found: TrashFolder[] = [];
  for (const state of statesOf(paths)) {
    const trash = join(state, 'trash');
    const names = (await unless(NO_RECORD, disk.readdir(trash))) ?? [];
    for (const id of names.filter(isTrashId)) {
      const path = join(trash, id);
      const text = await unless(NO_RECORD, disk.readText(join(path, 'record.json')));
      const record = text === null ? null : parseTrashRecord(text);
      if (text === null || record !== null)
        found.push({ id, path, entry: record === null ? null : { id, record } });
    }
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}
