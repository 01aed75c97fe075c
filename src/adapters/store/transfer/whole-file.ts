import type { Digest } from '../../../core/domain/pinned-model.ts';
import { digestOf } from '../../../core/store/digest.ts';
import type { PieceHashes } from '../../../core/store/pieces.ts';
import type { RangeSet } from '../../../core/store/range-set.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { openNew, readBytes } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import type { ContentBuffers } from './content-buffers.ts';
import type { Part } from './part.ts';
import type { SyncQueue } from './sync-queue.ts';

export interface WholeFileOptions {
  readonly disk: Disk;
  readonly slot: StagingSlot;
  readonly bytes: number;
  readonly digest: Digest;
  readonly syncs: SyncQueue;
  readonly buffers: ContentBuffers;
  /** called with the number of bytes that were received */
  readonly onReceived: (bytes: number) => void;
}

/**
 * A small file, received and hashed in memory. It is written and synced once, when it is complete and right: its name in the
 * staging directory needs no journal, and a killed process loses what it had received of it.
 */
export class WholeFile implements Part {
  readonly #options: WholeFileOptions;
  #content: Uint8Array = new Uint8Array();
  /** memory of the content; null: nothing was received */
  #buffer: Buffer | null = null;
  #received = 0;
  #isRight = false;
  etag: string | null = null;

  private constructor(options: WholeFileOptions) {
    this.#options = options;
  }

  /** Starts with the content of an earlier process, if it is right. */
  static async open(options: WholeFileOptions): Promise<WholeFile> {
    const whole = new WholeFile(options);
    if (options.slot.inherit !== null) await whole.#inherit(options.slot.inherit);
    options.onReceived(whole.#received);
    return whole;
  }

  get written(): RangeSet {
    return this.#received === 0 ? [] : [[0, this.#received]];
  }

  get received(): number {
    return this.#received;
  }

  /** Keeps bytes that follow the ones before: a small file has one connection. */
  async write(offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    this.#buffer ??= this.#options.buffers.take();
    this.#content = this.#buffer.subarray(0, this.#options.bytes);
    this.#received = offset;
    for (const chunk of chunks) {
      this.#content.set(chunk, this.#received);
      this.#received += chunk.length;
    }
    this.#options.onReceived(this.#received);
  }

  async reset(): Promise<void> {
    this.#received = 0;
    this.etag = null;
    this.#options.onReceived(0);
  }

  async digest(): Promise<string> {
    const { algorithm, hex: expected } = this.#options.digest;
    const { hex } = digestOf(algorithm, this.#content);
    this.#isRight = hex === expected;
    return hex;
  }

  pieces(): PieceHashes | null {
    return null;
  }

  /** Writes and syncs the content, if it is complete and right. */
  async close(): Promise<void> {
    try {
      if (this.#isRight) await this.#store();
    } finally {
      this.#release();
    }
  }

  async drop(): Promise<void> {
    this.#release();
  }

  async #store(): Promise<void> {
    const { disk, slot, syncs } = this.#options;
    const handle = await openNew(disk, slot.path);
    try {
      await writeAll(handle, [this.#content], 0);
      await syncs.sync(handle);
    } catch (error) {
      await disk.rm(slot.path, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    if (slot.inherit !== null) await disk.rm(slot.inherit, { force: true });
  }

  #release(): void {
    if (this.#buffer !== null) this.#options.buffers.give(this.#buffer);
    this.#buffer = null;
    this.#isRight = false;
  }

  /**
   * Takes the content of an earlier file, if it is right. That file itself is never used: its writer may be alive, and what a
   * killed machine had written may be wrong.
   */
  async #inherit(path: string): Promise<void> {
    const { disk, bytes, digest } = this.#options;
    const content = await unless(NO_RECORD, readBytes(disk, path, { from: 0, to: bytes }));
    if (content === null || digestOf(digest.algorithm, content).hex !== digest.hex) return;
    this.#content = content;
    this.#received = bytes;
  }
}
