import { inPieces, PIECE_BYTES } from '../../../core/store/pieces.ts';
import type { Range } from '../../../core/store/range-set.ts';
import { type FileHash, type HashInput, isHashedInThread } from './file-hash.ts';
import { ThreadLost } from './hash-worker.ts';
import { LocalHash } from './local-hash.ts';
import { ThreadHash } from './thread-hash.ts';

/** Most pieces that are hashed before a file is closed. */
const LAST_PIECES = 4;

export interface HashedFile extends HashInput {
  /** default: 64 MiB */
  readonly pieceBytes?: number | undefined;
  /** called with a piece that does not have its recorded hash, and is to be written again */
  readonly onWrong: (piece: Range) => void;
}

/**
 * Hashes a file while it is written, from its start and in order: a large file in another thread. Bytes that are written in
 * order are hashed from memory, others are read from the file once nothing is missing before them. The hash
 * so far is recorded at the end of each piece, and compared with that of an earlier writer: this finds a wrong piece without
 * hashing anything twice.
 */
export class FrontierHash {
  readonly #file: HashedFile;
  readonly #pieceBytes: number;
  /** marked at the start of the current piece */
  #hash: FileHash;
  #pieces: string[] = [];
  /** recorded by an earlier writer */
  #expected: readonly string[] = [];
  /** number of the piece that was found wrong last */
  #wrong: number | null = null;
  /** end of the hashed bytes */
  #offset = 0;
  /** number of bytes after them that the thread hashes from memory */
  #pending = 0;
  /** end of the bytes that may be read from the file */
  #frontier = 0;
  #reading: Promise<void> | null = null;
  #fault: { readonly error: unknown } | null = null;
  /** hashes nothing from here on */
  #until = Number.POSITIVE_INFINITY;

  constructor(file: HashedFile) {
    this.#file = file;
    this.#pieceBytes = file.pieceBytes ?? PIECE_BYTES;
    this.#hash = hashOf(file);
  }

  /** Compares pieces with what an earlier writer recorded. */
  expect(pieces: readonly string[]): void {
    this.#expected = pieces;
  }

  /** Returns the hash of everything up to the end of each piece: of those in the first `end` bytes, then as an earlier writer recorded. */
  pieces(end: number): readonly string[] {
    const own = this.#pieces.slice(0, Math.floor(end / this.#pieceBytes));
    return [...own, ...this.#expected.slice(own.length)];
  }

  /**
   * Hashes bytes from memory that are being written at an offset, if they are the next ones: at once, or in the thread if it
   * can read the memory. Then they must not change until the result is resolved, which is never rejected; otherwise the
   * result is null.
   */
  take(offset: number, chunks: readonly Uint8Array[]): Promise<void> | null {
    if (offset !== this.#offset + this.#pending || this.#reading !== null) return null;
    const hash = this.#hash;
    if (hash instanceof ThreadHash) return this.#share(hash, chunks);
    if (hash instanceof LocalHash) for (const chunk of chunks) if (!this.#update(hash, chunk)) return null;
    return null;
  }

  /** Hashes the file up to `frontier`, in the background: all bytes before it are written and do not change. */
  advance(frontier: number): void {
    this.#frontier = frontier;
    if (this.#reading !== null || this.#pending > 0 || this.#fault !== null || this.#next() === null) return;
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
    for (this.advance(this.#frontier); this.#reading !== null; this.advance(this.#frontier))
      await this.#reading;
    if (this.#fault !== null) throw this.#fault.error;
    return this.#offset === this.#file.bytes ? this.#hash.hex : null;
  }

  /** Starts again with an empty file. */
  async reset(): Promise<void> {
    await this.stop();
    this.#hash = hashOf(this.#file);
    this.#pieces = [];
    this.#expected = [];
    this.#wrong = null;
    this.#offset = 0;
    this.#pending = 0;
    this.#frontier = 0;
    this.#fault = null;
    this.#until = Number.POSITIVE_INFINITY;
  }

  /** Stops reading the file, so that it can be closed. */
  async stop(): Promise<void> {
    this.#until = 0;
    await this.#reading;
    this.#hash.end();
  }

  /** Like `stop`, after the last complete pieces whose hash is not recorded yet. */
  async finish(): Promise<void> {
    const piece = Math.floor(this.#offset / this.#pieceBytes);
    const last = Math.min(Math.floor(this.#frontier / this.#pieceBytes), piece + LAST_PIECES);
    this.#until = piece < this.#expected.length ? 0 : last * this.#pieceBytes;
    await this.#caughtUp();
    this.#hash.end();
  }

  async #caughtUp(): Promise<void> {
    for (this.advance(this.#frontier); this.#reading !== null; this.advance(this.#frontier))
      await this.#reading;
  }

  async #catchUp(): Promise<void> {
    for (let end = this.#next(); end !== null; end = this.#next()) {
      try {
        await this.#hash.read([this.#offset, end]);
        this.#passed(end);
      } catch (error) {
        if (!(error instanceof ThreadLost)) throw error;
        this.#startLocal();
      }
    }
  }

  /** Returns the end of the bytes to read next; null if there are none yet. */
  #next(): number | null {
    const { step, wholeSteps } = this.#hash;
    const pieceEnd = this.#offset - (this.#offset % this.#pieceBytes) + this.#pieceBytes;
    const most = Math.min(this.#offset + step, pieceEnd, this.#file.bytes);
    const end = Math.min(most, this.#frontier);
    const isDue = end > this.#offset && (end === most || !wholeSteps);
    return isDue && this.#offset < this.#until ? end : null;
  }

  /** Hashes everything in this thread, from the start: the hash is lost with the other thread. */
  #startLocal(): void {
    this.#hash = new LocalHash(this.#file);
    if (this.#pieces.length > this.#expected.length) this.#expected = this.#pieces;
    this.#pieces = [];
    this.#offset = 0;
    this.#pending = 0;
  }

  /** Hashes chunks in the thread, if all of them are in one memory that it can read, and there is nothing to compare. */
  #share(hash: ThreadHash, chunks: readonly Uint8Array[]): Promise<void> | null {
    const memory = chunks[0]?.buffer;
    if (!(memory instanceof SharedArrayBuffer) || chunks.some(({ buffer }) => buffer !== memory)) return null;
    let at = this.#offset + this.#pending;
    if (this.#fault !== null || this.#expected.length > Math.floor(at / this.#pieceBytes)) return null;
    const updates = inPieces(chunks, at, this.#pieceBytes).map(async (parts) => {
      const bytes = parts.reduce((sum, { length }) => sum + length, 0);
      at += bytes;
      const end = at;
      this.#pending += bytes;
      const hashing = hash.update(memory, parts);
      if (this.#endsPiece(end)) hash.mark();
      const hex = await hashing;
      if (this.#hash !== hash) return;
      this.#pending -= bytes;
      this.#offset = end;
      if (this.#endsPiece(end)) this.#pieces.push(hex);
    });
    return Promise.all(updates).then(
      () => undefined,
      () => (this.#hash === hash ? this.#startLocal() : undefined),
    );
  }

  /** Returns false if the bytes end a wrong piece: the hash is at its start again. */
  #update(hash: LocalHash, chunk: Uint8Array): boolean {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, this.#pieceBytes - (this.#offset % this.#pieceBytes));
      hash.update(part);
      rest = rest.subarray(part.length);
      if (!this.#passed(this.#offset + part.length)) return false;
    }
    return true;
  }

  /** Counts bytes as hashed. Returns false if they end a wrong piece. */
  #passed(end: number): boolean {
    this.#offset = end;
    return !this.#endsPiece(end) || this.#endPiece();
  }

  #endsPiece(end: number): boolean {
    return end % this.#pieceBytes === 0 || end === this.#file.bytes;
  }

  #endPiece(): boolean {
    const number = this.#pieces.length;
    const { hex } = this.#hash;
    const isRight = (this.#expected[number] ?? hex) === hex;
    if (!isRight && this.#wrong !== number) {
      this.#rewind(number);
      return false;
    }
    // wrong twice: what was recorded is not what the server has
    if (!isRight) this.#expected = [];
    this.#pieces.push(hex);
    this.#hash.mark();
    return true;
  }

  #rewind(number: number): void {
    const piece = [number * this.#pieceBytes, this.#offset] as const;
    this.#wrong = number;
    this.#hash.rewind();
    this.#offset = piece[0];
    this.#frontier = piece[0];
    this.#file.onWrong(piece);
  }
}

function hashOf(file: HashedFile): FileHash {
  return isHashedInThread(file) ? new ThreadHash(file) : new LocalHash(file);
}
