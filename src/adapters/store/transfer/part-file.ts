import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { PIECE_BYTES, type PieceHashes, pieceCount } from '../../../core/store/pieces.ts';
import {
  prefixOf,
  type Range,
  type RangeSet,
  sizeOf,
  withoutRange,
  withRange,
} from '../../../core/store/range-set.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { DirectFile } from './direct-file.ts';
import { isHashedInThread } from './file-hash.ts';
import { FrontierHash } from './frontier-hash.ts';
import { inheritPart } from './inherit-part.ts';
import { discardPart, durableRanges, type Journal, writeJournal } from './journal.ts';
import type { Part } from './part.ts';
import { SyncPace } from './sync-pace.ts';

export interface PartOptions {
  readonly disk: Disk;
  readonly slot: StagingSlot;
  readonly bytes: number;
  readonly algorithm: Digest['algorithm'];
  readonly urlHost: string;
  readonly signal: AbortSignal;
  /** default: 64 MiB */
  readonly pieceBytes?: number | undefined;
  /** smallest file that is hashed in a thread; default: 16 MiB */
  readonly threadBytes?: number | undefined;
  /** bytes between two syncs of this file */
  readonly syncBytes: () => number;
  /** monotonic milliseconds */
  readonly monotonic: () => number;
  /** called with the number of bytes in the file */
  readonly onReceived: (bytes: number) => void;
}

/** A partial file: written in any order, hashed from its start, with a journal of the synced ranges. */
export class PartFile implements Part {
  readonly #options: PartOptions;
  readonly #handle: FileHandle;
  /** null: a small file */
  readonly #direct: DirectFile | null;
  readonly #pace: SyncPace;
  readonly #hash: FrontierHash;
  #written: RangeSet = [];
  #etag: string | null = null;
  #closed = false;
  #fault: { readonly error: unknown; readonly lost: boolean } | null = null;

  private constructor(options: PartOptions, handle: FileHandle, direct: DirectFile | null) {
    const { algorithm, bytes, pieceBytes, threadBytes, monotonic, syncBytes } = options;
    this.#options = options;
    this.#handle = handle;
    this.#direct = direct;
    const onWrong = (piece: Range) => this.#discard(piece);
    this.#hash = new FrontierHash({ handle, algorithm, bytes, pieceBytes, threadBytes, onWrong });
    this.#pace = new SyncPace(monotonic, () => this.#sync(false), syncBytes);
  }

  /** Opens the slot's file with the data of an earlier writer. */
  static async open(options: PartOptions): Promise<PartFile> {
    const { disk, slot } = options;
    const inherited = await inheritPart(options);
    const handle = inherited?.handle ?? (await openNew(disk, slot.path));
    const direct = isHashedInThread(options) ? await DirectFile.open(disk, slot.path, handle) : null;
    const part = new PartFile(options, handle, direct);
    if (inherited !== null) part.#take(inherited.journal);
    return part;
  }

  /** ranges that were written */
  get written(): RangeSet {
    return this.#written;
  }

  get #pieceBytes(): number {
    return this.#options.pieceBytes ?? PIECE_BYTES;
  }

  /** number of bytes that were written */
  get received(): number {
    return sizeOf(this.#written);
  }

  /** strong entity tag of the content so far */
  get etag(): string | null {
    return this.#etag;
  }

  set etag(value: string | null) {
    this.#etag = value;
  }

  /**
   * Writes bytes at an offset. Hashing continues while the disk writes. What is hashed from memory will not be read again, so
   * it is written past the page cache.
   */
  async write(offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#fault !== null) throw this.#fault.error;
    const hashing = this.#hash.take(offset, chunks);
    const direct = hashing === null ? null : this.#direct;
    try {
      const bytes = await (direct?.write(offset, chunks) ?? writeAll(this.#handle, chunks, offset));
      // read after the wait: other writes may have ended meanwhile
      this.#written = withRange(this.#written, [offset, offset + bytes]);
    } finally {
      // the buffers of the chunks are reused after that
      await hashing;
    }
    this.#hash.advance(prefixOf(this.#written));
    this.#options.onReceived(this.received);
    await this.#pace.grown(this.received);
  }

  /** Discards all content and starts again. Nothing may be writing. */
  async reset(): Promise<void> {
    await this.#pace.stop();
    await this.#hash.reset();
    this.#pace.synced(0);
    this.#written = [];
    this.#etag = null;
    await this.#journal({ ranges: [], pieces: [] }, false);
    await this.#handle.truncate(0);
    this.#options.onReceived(0);
  }

  /** Returns the digest of the complete content; null if a piece of an earlier writer was wrong, and must be received again. */
  digest(): Promise<string | null> {
    return this.#hash.digest();
  }

  /** Returns the hashes of the pieces of the complete content; null if the hash of the file is enough. */
  pieces(): PieceHashes | null {
    const { bytes, algorithm } = this.#options;
    const count = pieceCount(bytes, this.#pieceBytes);
    if (count === 0 || algorithm !== 'sha256') return null;
    return { pieceBytes: this.#pieceBytes, hashes: this.#hash.pieces(bytes).slice(0, count) };
  }

  /** Closes the file: one sync and a journal marked as closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pace.stop();
    await this.#hash.finish();
    if (this.#fault === null) await this.#sync(true);
    await this.#closeFiles();
    if (this.#fault === null) return;
    // after a failed sync the content on disk is unknown, so the part is discarded
    if (this.#fault.lost) await discardPart(this.#options.disk, this.#options.slot.path);
    throw this.#fault.error;
  }

  /** Closes and removes a part with wrong content. */
  async drop(): Promise<void> {
    this.#closed = true;
    await this.#pace.stop();
    await this.#hash.stop();
    await this.#closeFiles();
    await discardPart(this.#options.disk, this.#options.slot.path);
  }

  async #closeFiles(): Promise<void> {
    await this.#direct?.close();
    await this.#handle.close();
  }

  /** Counts the data of an earlier writer as written. It is hashed again, because the hash state cannot be stored. */
  #take(journal: Journal): void {
    this.#etag = journal.etag;
    this.#written = durableRanges(journal);
    this.#pace.synced(this.received);
    const isComparable = (journal.pieceBytes ?? PIECE_BYTES) === this.#pieceBytes;
    this.#hash.expect(isComparable ? (journal.pieces ?? []) : []);
    this.#hash.advance(prefixOf(this.#written));
    this.#options.onReceived(this.received);
  }

  #discard(piece: Range): void {
    this.#written = withoutRange(this.#written, piece);
    this.#options.onReceived(this.received);
  }

  /** Syncs and journals. Never rejects: a fault is thrown by the next write or by `close`. */
  async #sync(closed: boolean): Promise<void> {
    // what is written during the sync may not be on disk after it
    const ranges = this.#written;
    const pieces = this.#hash.pieces(prefixOf(ranges));
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#fault = { error, lost: true };
      return;
    }
    try {
      await this.#journal({ ranges, pieces }, closed);
      this.#pace.synced(sizeOf(ranges));
    } catch (error) {
      this.#fault = { error, lost: false };
    }
  }

  async #journal(durable: Pick<Journal, 'ranges' | 'pieces'>, closed: boolean): Promise<void> {
    const { disk, slot, bytes, urlHost } = this.#options;
    const pieceBytes = this.#pieceBytes;
    const journal: Journal = {
      schema: 'rma.part/v1',
      etag: this.#etag,
      urlHost,
      bytes,
      ...durable,
      pieceBytes,
      closed,
    };
    await writeJournal(disk, slot.path, { journal, sync: !closed });
  }
}
