import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { type ContentHash, contentHash } from '../../../core/store/digest.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { tryClone } from '../disk/clone.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import {
  discardPart,
  durablePrefix,
  type Journal,
  journalPath,
  readJournal,
  writeJournal,
} from './journal.ts';
import { SyncPace } from './sync-pace.ts';

export interface PartOptions {
  readonly disk: Disk;
  readonly slot: StagingSlot;
  readonly bytes: number;
  readonly algorithm: Digest['algorithm'];
  readonly urlHost: string;
  readonly signal: AbortSignal;
  /** monotonic milliseconds */
  readonly monotonic: () => number;
  readonly onOffset: (offset: number) => void;
}

const READ_BYTES = 1024 * 1024;

/** A partial file: written and hashed from its start, with a journal of the synced ranges. */
export class PartFile {
  readonly #options: PartOptions;
  readonly #handle: FileHandle;
  readonly #pace: SyncPace;
  #hash: ContentHash;
  #offset = 0;
  #etag: string | null = null;
  #closed = false;
  #fault: { readonly error: unknown; readonly lost: boolean } | null = null;

  private constructor(options: PartOptions, handle: FileHandle) {
    this.#options = options;
    this.#handle = handle;
    this.#hash = contentHash(options.algorithm, options.bytes);
    this.#pace = new SyncPace(options.monotonic, () => this.#sync(false));
  }

  /** Opens the slot's file with the data of an earlier writer: taken over if that writer closed it, else copied. */
  static async open(options: PartOptions): Promise<PartFile> {
    const { disk, slot } = options;
    const journal = slot.inherit === null ? null : await readJournal(disk, slot.inherit);
    if (slot.inherit !== null && journal !== null) {
      const part = journal.closed
        ? await PartFile.#takeOver(options, slot.inherit, journal)
        : await PartFile.#copy(options, slot.inherit, journal);
      if (part !== null) return part;
    }
    return new PartFile(options, await openNew(disk, slot.path));
  }

  /** bytes written and hashed so far */
  get offset(): number {
    return this.#offset;
  }

  /** strong entity tag of the content so far */
  get etag(): string | null {
    return this.#etag;
  }

  set etag(value: string | null) {
    this.#etag = value;
  }

  /** Appends bytes. Hashing continues while the disk writes. */
  async append(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#fault !== null) throw this.#fault.error;
    const writing = writeAll(this.#handle, chunks, this.#offset);
    for (const chunk of chunks) this.#hash.update(chunk);
    this.#offset += await writing;
    this.#options.onOffset(this.#offset);
    await this.#pace.grown(this.#offset);
  }

  /** Discards all content and starts again. */
  async reset(): Promise<void> {
    await this.#pace.stop();
    this.#pace.synced(0);
    this.#offset = 0;
    this.#etag = null;
    this.#hash = contentHash(this.#options.algorithm, this.#options.bytes);
    await this.#journal(0, false);
    await this.#handle.truncate(0);
    this.#options.onOffset(0);
  }

  /** Returns the digest of the content; call once, or again after a reset. */
  digest(): string {
    return this.#hash.digest();
  }

  /** Closes the file: one sync and a journal marked as closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pace.stop();
    if (this.#fault === null) await this.#sync(true);
    await this.#handle.close();
    if (this.#fault === null) return;
    // after a failed sync the content on disk is unknown, so the part is discarded
    if (this.#fault.lost) await discardPart(this.#options.disk, this.#options.slot.path);
    throw this.#fault.error;
  }

  /** Closes and removes a part with wrong content. */
  async drop(): Promise<void> {
    this.#closed = true;
    await this.#pace.stop();
    await this.#handle.close();
    await discardPart(this.#options.disk, this.#options.slot.path);
  }

  static async #takeOver(options: PartOptions, from: string, journal: Journal): Promise<PartFile | null> {
    const { disk, slot } = options;
    await writeJournal(disk, slot.path, { journal: { ...journal, closed: false }, sync: false });
    if (
      (await unless(
        ['ENOENT'],
        disk.rename(from, slot.path).then(() => true),
      )) === null
    ) {
      // another process took this part over first
      await discardPart(disk, slot.path);
      return null;
    }
    await unless(['ENOENT'], disk.unlink(journalPath(from)));
    const part = new PartFile(options, await disk.open(slot.path, 'r+'));
    try {
      await part.#rehash(part.#handle, journal, false);
      return part;
    } catch (error) {
      await part.#handle.close();
      await writeJournal(disk, slot.path, { journal, sync: false });
      throw error;
    }
  }

  /** Copies the durable bytes to a new inode, because the old writer may still have the file open. */
  static async #copy(options: PartOptions, from: string, journal: Journal): Promise<PartFile | null> {
    const { disk, slot } = options;
    const old = await unless(['ENOENT'], disk.open(from, 'r'));
    if (old === null) return null;
    let handle: FileHandle | null = null;
    try {
      const cloned = await tryClone(disk, from, slot.path);
      handle = cloned ? await disk.open(slot.path, 'r+') : await openNew(disk, slot.path);
      const part = new PartFile(options, handle);
      await part.#rehash(old, journal, !cloned);
      await part.#sync(false);
      if (part.#fault !== null) throw part.#fault.error;
      await discardPart(disk, from);
      return part;
    } catch (error) {
      await handle?.close();
      await discardPart(disk, slot.path);
      throw error;
    } finally {
      await old.close();
    }
  }

  /** Reads the durable bytes again, because the hash state cannot be stored; with `write` they are also copied. */
  async #rehash(source: FileHandle, journal: Journal, write: boolean): Promise<void> {
    const end = Math.min(durablePrefix(journal), this.#options.bytes);
    this.#etag = journal.etag;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (this.#offset < end) {
      this.#options.signal.throwIfAborted();
      const want = Math.min(READ_BYTES, end - this.#offset);
      const { bytesRead } = await source.read(buffer, 0, want, this.#offset);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      const writing = write ? writeAll(this.#handle, [chunk], this.#offset) : null;
      this.#hash.update(chunk);
      await writing;
      this.#offset += bytesRead;
      this.#options.onOffset(this.#offset);
    }
    this.#pace.synced(write ? 0 : this.#offset);
    await this.#handle.truncate(this.#offset);
  }

  /** Syncs and journals. Never rejects: a fault is thrown by the next write or by `close`. */
  async #sync(closed: boolean): Promise<void> {
    const offset = this.#offset;
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#fault = { error, lost: true };
      return;
    }
    try {
      await this.#journal(offset, closed);
      this.#pace.synced(offset);
    } catch (error) {
      this.#fault = { error, lost: false };
    }
  }

  async #journal(end: number, closed: boolean): Promise<void> {
    const { disk, slot, bytes, urlHost } = this.#options;
    const ranges = end === 0 ? [] : [[0, end] as const];
    const journal: Journal = { schema: 'rma.part/v1', etag: this.#etag, urlHost, bytes, ranges, closed };
    await writeJournal(disk, slot.path, { journal, sync: !closed });
  }
}
