import { WHOLE_BYTES } from './whole-slots.ts';

/**
 * Memory for the contents of small files, used again and again: memory that is allocated for each of many files is freed long
 * after its use.
 */
export class ContentBuffers {
  readonly #free: Buffer[] = [];

  /** Returns memory for one content that nothing else uses. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(WHOLE_BYTES);
  }

  /** Ends the use of memory. What was used last is used next: less of it is in use. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
