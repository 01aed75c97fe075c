import type { OnReadOpts, Socket } from 'node:net';

/** Size from which a block is returned: large enough for few writes, small enough for the CPU cache. */
const BLOCK_BYTES = 256 * 1024;

/** Room behind a block, so that the last read into it is not a short one. */
const SLACK_BYTES = 64 * 1024;

/** One block is being used, one waits, and one is filled. */
const BLOCKS = 3;

/** Longest time that received bytes wait for a block to fill, ms. */
const WAIT_MS = 250;

interface Segment {
  readonly buffer: Buffer;
  from: number;
  to: number;
}

/**
 * Reads a socket into a few buffers that are used again and again: nothing is allocated while a body arrives. Reading stops
 * while all buffers are full.
 */
export class BlockReader {
  readonly #free: Buffer[] = [];
  /** complete blocks, in order */
  readonly #full: Segment[] = [];
  #filling: Segment;
  #socket: Socket | null = null;
  #isPaused = false;
  #fault: Error | null = null;
  #wake: () => void = () => undefined;

  constructor() {
    for (let n = 1; n < BLOCKS; n += 1) this.#free.push(newBlock());
    this.#filling = { buffer: newBlock(), from: 0, to: 0 };
  }

  /** for the connection: where the bytes of the socket go */
  readonly onread: OnReadOpts = {
    buffer: () => this.#filling.buffer.subarray(this.#filling.to),
    callback: (bytes) => this.#arrived(bytes),
  };

  /** Sets the socket that was connected with `onread`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => this.#end(error));
    socket.on('end', () => this.#end(closedEarly()));
    socket.on('close', () => this.#end(closedEarly()));
  }

  /** number of bytes that arrived and were not read */
  get unread(): number {
    return [...this.#full, this.#filling].reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** why nothing more will arrive; null: more may */
  get fault(): Error | null {
    return this.#fault;
  }

  /** Returns the first unread bytes, at least `most` of them if so many are there. */
  peek(most: number): Uint8Array {
    const [first = this.#filling, second] = [...this.#full, this.#filling];
    const bytes = view(first, first.to);
    return second === undefined || bytes.length >= most
      ? bytes
      : Buffer.concat([bytes, view(second, second.to)]);
  }

  /** Passes over unread bytes. */
  skip(bytes: number): void {
    let left = bytes;
    for (const segment of [...this.#full, this.#filling]) {
      const step = Math.min(left, segment.to - segment.from);
      segment.from += step;
      left -= step;
    }
    this.#dropEmpty();
  }

  /** Waits until more bytes have arrived. @throws what ended the connection */
  async more(): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * Returns the next bytes, at most `most`: a block, or less if they are the last ones or arrive slowly. They are valid until
   * the next call. @throws what ended the connection, after all bytes before it were returned
   */
  async next(most: number): Promise<Uint8Array> {
    this.#dropEmpty();
    await this.#filled(Math.min(most, BLOCK_BYTES));
    while (this.unread === 0) await this.more();
    const [segment = this.#filling] = this.#full;
    const bytes = view(segment, Math.min(segment.to, segment.from + most));
    segment.from += bytes.length;
    return bytes;
  }

  /** Waits for a block to fill, for a while. */
  async #filled(bytes: number): Promise<void> {
    if (this.#full.length > 0 || this.unread >= bytes) return;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, WAIT_MS);
    while (!isLate && this.#fault === null && this.#full.length === 0 && this.unread < bytes)
      await this.more();
    clearTimeout(timer);
  }

  #arrived(bytes: number): boolean {
    const segment = this.#filling;
    segment.to += bytes;
    if (segment.to >= BLOCK_BYTES) {
      this.#full.push(segment);
      this.#filling = { buffer: this.#free.pop() ?? newBlock(), from: 0, to: 0 };
      this.#isPaused = this.#free.length === 0;
    }
    this.#wake();
    return !this.#isPaused;
  }

  /** Lets the socket fill the blocks again that were used. */
  #dropEmpty(): void {
    for (let [first] = this.#full; first !== undefined && first.from === first.to; [first] = this.#full) {
      this.#full.shift();
      this.#free.push(first.buffer);
    }
    if (!this.#isPaused || this.#free.length === 0) return;
    this.#isPaused = false;
    this.#socket?.resume();
  }

  #end(error: Error): void {
    this.#fault ??= error;
    this.#wake();
  }
}

function newBlock(): Buffer {
  return Buffer.allocUnsafeSlow(BLOCK_BYTES + SLACK_BYTES);
}

function view({ buffer, from }: Segment, to: number): Uint8Array {
  return buffer.subarray(from, to);
}

function closedEarly(): Error {
  return new Error('the server closed the connection');
}
