import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { type ContentHash, contentHash } from '../../../core/store/digest.ts';
import type { Range } from '../../../core/store/range-set.ts';

const READ_BYTES = 1024 * 1024;

/** Bytes that are fetched again if some of them are wrong. */
const PIECE_BYTES = 64 * 1024 * 1024;

export interface HashedFile {
  readonly handle: FileHandle;
  readonly algorithm: Digest['algorithm'];
  readonly bytes: number;
  /** default: 64 MiB */
  readonly pieceBytes?: number | undefined;
  /** called with a piece that does not have its recorded hash, and is to be written again */
  readonly onWrong: (piece: Range) => void;
}

/**
 * Hashes a file while it is written, from its start and in order. Bytes that are written in order are hashed from memory,
 * all others are read from the file once nothing is missing before them. The hash so far is recorded at the end of each
 * piece, and compared with that of an earlier writer: this finds a wrong piece without hashing anything twice.
 */
export class FrontierHash {
  readonly #file: HashedFile;
  readonly #pieceBytes: number;
  #hash: ContentHash;
  /** the hash at the start of the current piece */
  #atPiece: ContentHash;
  #pieces: string[] = [];
  /** recorded by an earlier writer */
  #expected: readonly string[] = [];
  /** number of the piece that was found wrong last */
  #wrong: number | null = null;
  /** end of the hashed bytes */
  #offset = 0;
  /** end of the bytes that may be hashed */
  #frontier = 0;
  #reading: Promise<void> | null = null;
  #fault: { readonly error: unknown } | null = null;
  #stopped = false;

  constructor(file: HashedFile) {
    this.#file = file;
    this.#pieceBytes = file.pieceBytes ?? PIECE_BYTES;
    this.#hash = contentHash(file.algorithm, file.bytes);
    this.#atPiece = this.#hash.copy();
  }

  /** Compares pieces with what an earlier writer recorded. */
  expect(pieces: readonly string[]): void {
    this.#expected = pieces;
  }

  /** Returns the hash of everything up to the end of each piece, for the pieces in the first `end` bytes. */
  pieces(end: number): readonly string[] {
    return this.#pieces.slice(0, Math.floor(end / this.#pieceBytes));
  }

  /** Hashes bytes that are being written at an offset, if they are the next ones. */
  take(offset: number, chunks: readonly Uint8Array[]): void {
    if (offset !== this.#offset || this.#reading !== null) return;
    for (const chunk of chunks) if (!this.#update(chunk)) return;
  }

  /** Hashes the file up to `frontier`, in the background: all bytes before it are written and do not change. */
  advance(frontier: number): void {
    this.#frontier = frontier;
    if (this.#offset >= this.#frontier || this.#reading !== null) return;
    this.#reading = this.#catchUp()
      .catch((error: unknown) => {
        this.#fault = { error };
      })
      .finally(() => {
        this.#reading = null;
      });
  }

  /** Returns the digest of the file; null if wrong pieces must be written again first. @throws what a read throws */
  async digest(): Promise<string | null> {
    await this.#reading;
    if (this.#fault !== null) throw this.#fault.error;
    return this.#offset === this.#file.bytes ? this.#hash.copy().digest() : null;
  }

  /** Starts again with an empty file. */
  async reset(): Promise<void> {
    await this.stop();
    this.#hash = contentHash(this.#file.algorithm, this.#file.bytes);
    this.#atPiece = this.#hash.copy();
    this.#pieces = [];
    this.#expected = [];
    this.#wrong = null;
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
      this.#update(buffer.subarray(0, bytesRead));
    }
  }

  /** Returns false if the bytes end a wrong piece: the hash is at its start again. */
  #update(chunk: Uint8Array): boolean {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, this.#pieceBytes - (this.#offset % this.#pieceBytes));
      this.#hash.update(part);
      this.#offset += part.length;
      rest = rest.subarray(part.length);
      if (this.#offset % this.#pieceBytes === 0 && !this.#endPiece()) return false;
    }
    return true;
  }

  #endPiece(): boolean {
    const number = this.#pieces.length;
    const hex = this.#hash.copy().digest();
    const isRight = (this.#expected[number] ?? hex) === hex;
    if (!isRight && this.#wrong !== number) {
      this.#rewind(number);
      return false;
    }
    // wrong twice: what was recorded is not what the server has
    if (!isRight) this.#expected = [];
    this.#pieces.push(hex);
    this.#atPiece = this.#hash.copy();
    return true;
  }

  #rewind(number: number): void {
    const piece = [number * this.#pieceBytes, this.#offset] as const;
    this.#wrong = number;
    this.#hash = this.#atPiece.copy();
    this.#offset = piece[0];
    this.#frontier = piece[0];
    this.#file.onWrong(piece);
  }
}
