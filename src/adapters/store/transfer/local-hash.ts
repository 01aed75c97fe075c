import { type ContentHash, contentHash } from '../../../core/store/digest.ts';
import type { Range } from '../../../core/store/range-set.ts';
import type { FileHash, HashInput } from './file-hash.ts';

/** Hashes a file in this thread, also bytes that are in memory. */
export class LocalHash implements FileHash {
  readonly step = 1024 * 1024;
  readonly wholeSteps = false;
  readonly #file: HashInput;
  #hash: ContentHash;
  #marked: ContentHash;
  #buffer: Uint8Array | null = null;

  constructor(file: HashInput) {
    this.#file = file;
    this.#hash = contentHash(file.algorithm, file.bytes);
    this.#marked = this.#hash.copy();
  }

  get hex(): string {
    return this.#hash.copy().digest();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  async read([start, end]: Range): Promise<void> {
    this.#buffer ??= Buffer.allocUnsafe(this.step);
    for (let at = start; at < end; ) {
      const { bytesRead } = await this.#file.handle.read(this.#buffer, 0, end - at, at);
      if (bytesRead === 0)
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
      this.update(this.#buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  mark(): void {
    this.#marked = this.#hash.copy();
  }

  rewind(): void {
    this.#hash = this.#marked.copy();
  }

  end(): void {
    this.#buffer = null;
  }
}
