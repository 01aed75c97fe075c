import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { MarkedEntry } from '../../../core/cache/cache-view.ts';
import type { PlannedEntry } from '../../../core/cache/plan-prune.ts';
import { isTrashId, parseTrashRecord, type TrashRecord, trashId } from '../../../core/cache/trash-record.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, syncDir, writeAtomic } from '../disk/files.ts';
import { MAX_TEXT_BYTES } from '../disk/open-plain.ts';
import { removeEmpty } from '../inventory/remove-empty.ts';
import { statesOf } from '../inventory/scan-store.ts';
import { moveBack } from './move.ts';
import { placeOf, trashFor } from './places.ts';

export interface TrashContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  /** milliseconds since the epoch */
  readonly now: () => number;
}

/** A directory of the trash with its record. */
export interface TrashDirectory extends MarkedEntry {
  /** absolute */
  readonly path: string;
}

/** What is in the trash. */
export interface TrashContent {
  /** oldest first; records that rma cannot read are left out, and stay */
  readonly entries: readonly TrashDirectory[];
  /** absolute paths of directories without a record: what an interrupted deletion left */
  readonly remains: readonly string[];
}

const RECORD = 'record.json';

/**
 * The trash of a store: entries are moved there and back by renames on the same file system. The record of an entry is written
 * before its first file is moved, and deleted before the first of them is.
 */
export class Trash {
  readonly #context: TrashContext;

  constructor(context: TrashContext) {
    this.#context = context;
  }

  /** Returns what is in the trash. Skips names that rma did not create. Writes nothing. */
  async read(): Promise<TrashContent> {
    const { disk, paths } = this.#context;
    const entries: TrashDirectory[] = [];
    const remains: string[] = [];
    for (const state of statesOf(paths)) {
      const trash = join(state, 'trash');
      const ids = ((await unless(NO_RECORD, disk.readdir(trash))) ?? []).filter(isTrashId);
      for (const id of ids) {
        const path = join(trash, id);
        const record = await this.#record(path);
        if (record === 'missing') remains.push(path);
        else if (record !== null) entries.push({ id, path, record });
      }
    }
    return { entries: entries.sort((a, b) => (a.id < b.id ? -1 : 1)), remains };
  }

  /** Creates the directory of an entry with its record. */
  async open(entry: PlannedEntry): Promise<TrashDirectory> {
    const { disk, paths, now } = this.#context;
    const place = placeOf(paths, entry.names[0] ?? entry.contents[0] ?? entry.path);
    const trash = place === null ? null : trashFor(paths, place);
    if (trash === null) throw new Error(`${entry.path} is on a file system without a trash`);
    const id = trashId(now(), randomUUID());
    const path = join(trash, id);
    await ensureDir(disk, path);
    const { names, contents, lastUsedAt: _, ...rest } = entry;
    const record: TrashRecord = {
      schema: 'rma.trash/v1',
      state: 'marking',
      ...rest,
      markedAt: new Date(now()).toISOString(),
      moves: [
        ...names.map((from) => ({ from, part: 'name' as const })),
        ...contents.map((from) => ({ from, part: 'content' as const })),
      ],
    };
    await this.#write(path, record);
    await syncDir(disk, trash);
    return { id, path, record };
  }

  /** Moves the names or the content of an entry to its directory, without what `isKept`. */
  async take(
    { path, record }: TrashDirectory,
    part: 'name' | 'content',
    isKept: (path: string) => boolean,
  ): Promise<void> {
    const { disk } = this.#context;
    for (const [index, move] of record.moves.entries()) {
      if (move.part !== part || isKept(move.from)) continue;
      await unless(NO_RECORD, disk.rename(this.#place(move.from), join(path, String(index))));
      await removeEmpty(this.#context, dirname(move.from));
    }
  }

  /** Records that an entry was moved as a whole. */
  async close({ path, record }: TrashDirectory): Promise<void> {
    await syncDir(this.#context.disk, path);
    await this.#write(path, { ...record, state: 'marked' });
  }

  /**
   * Moves everything of an entry back: content first, refs and manifests last. Returns the paths that something else has
   * taken; what was there stays in the trash.
   */
  async restore({ path, record }: TrashDirectory): Promise<readonly string[]> {
    const taken: string[] = [];
    for (const [index, { from }] of [...record.moves.entries()].reverse()) {
      const result = await moveBack(this.#context.disk, join(path, String(index)), this.#place(from));
      if (result === 'taken') taken.push(from);
    }
    if (taken.length === 0) await this.#discard(path);
    return taken;
  }

  /** Moves some of the content of an entry back, if it is there. */
  async restoreContent({ path, record }: TrashDirectory, contents: ReadonlySet<string>): Promise<void> {
    for (const [index, { from }] of record.moves.entries()) {
      if (contents.has(from))
        await moveBack(this.#context.disk, join(path, String(index)), this.#place(from));
    }
  }

  /** Deletes an entry: first these of its receipts and records, its content last. */
  async delete({ path }: TrashDirectory, records: readonly string[]): Promise<void> {
    const { disk, paths } = this.#context;
    for (const each of records) await unless(NO_RECORD, disk.unlink(join(paths.state, each)));
    await this.#discard(path);
  }

  /** Deletes what is left of an entry without a record. */
  async deleteRemains(path: string): Promise<void> {
    await this.#discard(path);
  }

  /** Returns the record in a directory; null if it cannot be read. */
  async #record(path: string): Promise<TrashRecord | 'missing' | null> {
    const { disk } = this.#context;
    const place = join(path, RECORD);
    if ((await unless(['ENOENT', 'ENOTDIR'], disk.lstat(place))) === null) return 'missing';
    const text = await unless(NO_RECORD, disk.readText(place));
    return text === null ? null : parseTrashRecord(text);
  }

  async #discard(path: string): Promise<void> {
    const { disk } = this.#context;
    await unless(NO_RECORD, disk.unlink(join(path, RECORD)));
    await disk.rm(path, { recursive: true, force: true });
  }

  async #write(path: string, record: TrashRecord): Promise<void> {
    const text = `${JSON.stringify(record)}\n`;
    // what cannot be read back can be neither restored nor deleted
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES)
      throw new Error(`${record.path} has too many files to be marked`);
    await writeAtomic(this.#context.disk, { staging: path, path: join(path, RECORD), text });
  }

  #place(path: string): string {
    const place = placeOf(this.#context.paths, path);
    if (place === null) throw new Error(`${path} leads out of the store`);
    return place;
  }
}
