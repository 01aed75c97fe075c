import type { OnReadOpts, Socket } from 'node:net';
import type { BlockPool } from './block-pool.ts';
import type { ResponseFraming } from './response-framing.ts';
import { MAX_HEAD } from './response-head.ts';

/** Longest time that received bytes wait for a block to fill, ms. */
const WAIT_MS = 250;

/** A block in use. */
interface Segment {
  readonly block: Buffer;
  /** of the bytes that were not returned */
  from: number;
  to: number;
  users: number;
}

/**
 * Reads responses from a socket, their bodies into blocks that are used again and again: nothing is allocated while a body
 * arrives, and an idle connection has no block. Reading stops while the connection has as many blocks as it may have.
 */
export class BlockReader {
  readonly #pool: BlockPool;
  /** bytes outside of a body */
  readonly #control = Buffer.allocUnsafeSlow(MAX_HEAD);
  #controlBytes = 0;
  /** of the response that arrives */
  #framing: ResponseFraming | null = null;
  /** number of bytes of the body that arrive next; `isLast`: the body ends with them */
  #left = 0;
  #isLast = false;
  #filling: Segment | null = null;
  /** complete blocks, in order */
  readonly #full: Segment[] = [];
  /** what was returned last, unless it is kept */
  #lent: Segment | null = null;
  #blocks = 0;
  /** ends the share of the response in the pool */
  #leave: () => void = () => undefined;
  #socket: Socket | null = null;
  #isPaused = false;
  #fault: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** for the connection: where the bytes of the socket go */
  readonly onread: OnReadOpts = {
    buffer: () => this.#room(),
    callback: (bytes) => this.#arrived(bytes),
  };

  /** Sets the socket that was connected with `onread`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => this.#end(error));
    socket.on('end', () => this.#end(closedEarly()));
    socket.on('close', () => this.#end(closedEarly()));
  }

  /** whether a response has not ended, or bytes arrived outside of any */
  get isBusy(): boolean {
    return this.#framing !== null || this.#controlBytes > 0;
  }

  /** why nothing more will arrive; null: more may */
  get fault(): Error | null {
    return this.#fault;
  }

  /** number of blocks that may be kept at a time; the others are being filled */
  get keepable(): number {
    return Math.max(2, this.#pool.share - 2);
  }

  /** Reads a response from here on. */
  expect(framing: ResponseFraming): void {
    this.#framing = framing;
    this.#leave = this.#pool.join();
  }

  /** Waits until more bytes have arrived. @throws what ended the connection */
  async more(): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * Returns the next bytes of the body, null at its end: a block, or less if they are the last ones or arrive slowly. They
   * are valid until the next call. @throws what ended the connection, after all bytes before it were returned
   */
  async next(): Promise<Uint8Array | null> {
    this.giveBack();
    await this.#filled();
    while (this.#unread === null && this.#framing !== null) await this.more();
    const segment = this.#unread;
    if (segment === null) return null;
    if (segment === this.#filling) segment.users += 1;
    else this.#full.shift();
    this.#lent = segment;
    const bytes = segment.block.subarray(segment.from, segment.to);
    segment.from = segment.to;
    return bytes;
  }

  /** Leaves what was returned last valid until the returned function is called. */
  keep(): () => void {
    let kept = this.#lent;
    this.#lent = null;
    return () => {
      if (kept !== null) this.#release(kept);
      kept = null;
    };
  }

  /** Ends the use of what was returned last, unless it is kept. */
  giveBack(): void {
    if (this.#lent !== null) this.#release(this.#lent);
    this.#lent = null;
  }

  /** Returns all unread blocks to the pool. No more bytes may arrive. */
  dispose(): void {
    this.#end(closedEarly());
    this.#leave();
    for (const segment of [...this.#full.splice(0), this.#filling])
      if (segment !== null) this.#release(segment);
    this.#filling = null;
  }

  /** the block with the next bytes; null: none arrived */
  get #unread(): Segment | null {
    const [first = this.#filling] = this.#full;
    return first === null || first.from === first.to ? null : first;
  }

  /** Waits for a block to fill, for a while. */
  async #filled(): Promise<void> {
    const isWaiting = () => this.#full.length === 0 && this.#framing !== null && this.#fault === null;
    if (!isWaiting()) return;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, WAIT_MS);
    while (!isLate && isWaiting()) await this.more();
    clearTimeout(timer);
  }

  #room(): Uint8Array {
    // without any room, Node.js would offer the rest of a TLS record for ever
    if (this.#fault !== null) return this.#control;
    if (this.#left === 0) return this.#control.subarray(this.#controlBytes);
    const { block, to } = this.#segment();
    return block.subarray(to, to + this.#left);
  }

  #arrived(bytes: number): boolean {
    if (this.#fault !== null) return false;
    if (this.#left === 0) this.#controlBytes += bytes;
    else this.#grow(bytes);
    if (this.#left === 0) this.#readControl();
    // space for the next bytes is requested even if reading stops
    if (this.#left > 0) this.#segment();
    this.#isPaused = this.#blocks >= this.#pool.share;
    this.#wake();
    return !this.#isPaused;
  }

  /** Reads bytes outside of a body, and moves the start of the body after them to a block. */
  #readControl(): void {
    let at = 0;
    while (this.#framing !== null && this.#left === 0) {
      const frame = this.#framing.next(this.#control.subarray(at, this.#controlBytes));
      if (frame.kind === 'incomplete') break;
      if (frame.kind === 'invalid') this.#end(new Error('the response is not valid HTTP'));
      if (frame.kind === 'invalid') return;
      this.#left = frame.bytes;
      this.#isLast = frame.isLast;
      at += frame.used;
      if (this.#left === 0) this.#grow(0);
      else at += this.#copy(this.#control.subarray(at, this.#controlBytes));
    }
    this.#control.copyWithin(0, at, this.#controlBytes);
    this.#controlBytes -= at;
    if (this.#controlBytes === this.#control.length) this.#end(new Error('the response is not valid HTTP'));
  }

  /** Copies the first bytes of the body. Returns their number. */
  #copy(bytes: Uint8Array): number {
    const end = Math.min(bytes.length, this.#left);
    for (let at = 0; at < end; ) {
      const { block, to } = this.#segment();
      const part = bytes.subarray(at, Math.min(end, at + block.length - to));
      block.set(part, to);
      this.#grow(part.length);
      at += part.length;
    }
    return end;
  }

  /** Counts bytes of the body that are in the block that is being filled. */
  #grow(bytes: number): void {
    const segment = this.#filling;
    this.#left -= bytes;
    if (segment !== null) segment.to += bytes;
    const isOver = this.#left === 0 && this.#isLast;
    if (segment !== null && (isOver || segment.to === segment.block.length)) {
      this.#filling = null;
      // the end of a body may arrive after all of its bytes were returned
      if (segment.from === segment.to) this.#release(segment);
      else this.#full.push(segment);
    }
    if (!isOver) return;
    this.#framing = null;
    this.#leave();
  }

  /** Returns the block that is being filled. In the first one, the body begins at its offset within a memory page. */
  #segment(): Segment {
    if (this.#filling !== null) return this.#filling;
    const start = this.#framing?.startInPage() ?? 0;
    this.#blocks += 1;
    this.#filling = { block: this.#pool.take(), from: start, to: start, users: 1 };
    return this.#filling;
  }

  #release(segment: Segment): void {
    segment.users -= 1;
    if (segment.users > 0) return;
    this.#pool.give(segment.block);
    this.#blocks -= 1;
    if (!this.#isPaused || this.#blocks >= this.#pool.share) return;
    this.#isPaused = false;
    this.#socket?.resume();
  }

  #end(error: Error): void {
    this.#fault ??= error;
    this.#wake();
  }
}

function closedEarly(): Error {
  return new Error('the server closed the connection');
}
