import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** What the next bytes of a connection are. */
export type Frame =
  /** `used` bytes were read, and `bytes` of the body follow; `isLast`: the response ends with them */
  | { readonly kind: 'body'; readonly used: number; readonly bytes: number; readonly isLast: boolean }
  /** more bytes are needed */
  | { readonly kind: 'incomplete' }
  /** not valid HTTP */
  | { readonly kind: 'invalid' };

/** Size of a memory page and of a block of a disk. */
const PAGE_BYTES = 4096;

/** Longest line with the size of a chunk, bytes. */
const MAX_LINE = 1024;

// RFC 9112 7.1; extensions of a chunk are ignored
const CHUNK_LINE = /^([0-9a-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;

/** Separates the parts of a response: its head, then its body, which may come in chunks (RFC 9112). */
export class ResponseFraming {
  #head: ResponseHead | 'unsupported' | null = null;
  /** the next bytes are those of the line break after a chunk */
  #isChunkOver = false;
  #hasStarted = false;

  /** null: not received yet */
  get head(): ResponseHead | 'unsupported' | null {
    return this.#head;
  }

  /**
   * Returns where the body begins in its first block: at the offset of the range within a block of the
   * file, so that direct writes are possible. Later blocks are filled from 0.
   */
  startInPage(): number {
    if (this.#hasStarted || this.#head === null || this.#head === 'unsupported') return 0;
    this.#hasStarted = true;
    const offset = /^bytes (\d{1,15})-/.exec(this.#head.headers['content-range'] ?? '')?.[1];
    return Number(offset ?? 0) % PAGE_BYTES;
  }

  /** Reads what follows the last bytes. */
  next(bytes: Uint8Array): Frame {
    if (this.#head === null) return this.#readHead(bytes);
    return this.#head === 'unsupported' ? { kind: 'invalid' } : this.#readChunk(bytes);
  }

  #readHead(bytes: Uint8Array): Frame {
    const head = parseResponseHead(bytes);
    if (head === 'incomplete') return { kind: 'incomplete' };
    this.#head = head;
    if (head === 'unsupported') return { kind: 'invalid' };
    const isLast = head.length !== 'chunked';
    return { kind: 'body', used: head.size, bytes: isLast ? head.length : 0, isLast };
  }

  #readChunk(bytes: Uint8Array): Frame {
    const breakBytes = this.#isChunkOver ? 2 : 0;
    if (bytes.length < breakBytes) return { kind: 'incomplete' };
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (text.toString('latin1', 0, breakBytes) !== '\r\n'.slice(0, breakBytes)) return { kind: 'invalid' };
    const end = text.indexOf('\r\n', breakBytes);
    if (end === -1) return { kind: bytes.length > MAX_LINE ? 'invalid' : 'incomplete' };
    const size = CHUNK_LINE.exec(text.toString('latin1', breakBytes, end))?.[1];
    if (size === undefined || end > MAX_LINE) return { kind: 'invalid' };
    if (/^0+$/.test(size)) return this.#readTrailers(text, end);
    this.#isChunkOver = true;
    return { kind: 'body', used: end + 2, bytes: Number.parseInt(size, 16), isLast: false };
  }

  /** Trailers are ignored. */
  #readTrailers(text: Buffer, lastLine: number): Frame {
    const end = text.indexOf('\r\n\r\n', lastLine);
    return end === -1 ? { kind: 'incomplete' } : { kind: 'body', used: end + 4, bytes: 0, isLast: true };
  }
}
