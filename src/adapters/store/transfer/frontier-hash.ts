import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { type ContentHash, contentHash } from '../../../core/store/digest.ts';

const READ_BYTES = 1024 * 1024;

export interface HashedFile {
  readonly handle: FileHandle;
  readonly algorithm: Digest['algorithm'];
  readonly bytes: number;
}

/**
 * Hashes a file while it is written, from its start and in order. Bytes that are written in order are hashed from memory,
 * all others are read from the file once nothing is missing before them.
 */
export class FrontierHash {
  readonly #file: HashedFile;
  #hash: ContentHash;
  /** end of the hashed bytes */
  #offset = 0;
  /** end of the bytes that may be hashed */
  #frontier = 0;
  #reading: Promise<void> | null = null;
  #fault: { readonly error: unknown } | null = null;
  #stopped = false;

  constructor(file: HashedFile) {
    this.#file = file;
    this.#hash = contentHash(file.algorithm, file.bytes);
  }

  /** Hashes bytes that are being written at an offset, if they are the next ones. */
  take(offset: number, chunks: readonly Uint8Array[]): void {
    if (offset !== this.#offset || this.#reading !== null) return;
    for (const chunk of chunks) {
      this.#hash.update(chunk);
      this.#offset += chunk.length;
    }
  }

  /** Hashes the file up to `frontier`, in the background: all bytes before it are written and do not change. */
  advance(frontier: number): void {
    this.#frontier = Math.max(this.#frontier, frontier);
    if (this.#offset >= this.#frontier || this.#reading !== null) return;
    this.#reading = this.#catchUp()
      .catch((error: unknown) => {
        this.#fault = { error };
      })
      .finally(() => {
        this.#reading = null;
      });
  }

  /** Returns the digest of the bytes up to the frontier; call once, or again after a reset. @throws what a read throws */
  async digest(): Promise<string> {
    await this.#reading;
    if (this.#fault !== null) throw this.#fault.error;
    return this.#hash.digest();
  }

  /** Starts again with an empty file. */
  async reset(): Promise<void> {
    await this.stop();
    this.#hash = contentHash(this.#file.algorithm, this.#file.bytes);
    this.#offset = 0;
    this.#frontier = 0;
    this.#fault = null;
    this.#stopped = false;
  }

  /** Stops reading the file, so that it can be closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading;
  }

  async #catchUp(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (this.#offset < this.#frontier && !this.#stopped) {
      const want = Math.min(READ_BYTES, this.#frontier - this.#offset);
      const { bytesRead } = await this.#file.handle.read(buffer, 0, want, this.#offset);
      if (bytesRead === 0)
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#offset += bytesRead;
    }
  }
}
