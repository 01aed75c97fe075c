import type { OnReadOpts, Socket } from 'node:net';
import type { BlockPool } from './block-pool.ts';
import { BlockReader } from './block-reader.ts';
import { ResponseFraming } from './response-framing.ts';
import type { ResponseHead } from './response-head.ts';

/** Connects to a server; the bytes of the socket go to `onread`. */
export type Dial = (onread: OnReadOpts) => Promise<Socket>;

/** The body of a response, in blocks: each is valid until the next one is taken, unless it is kept. */
export interface BulkBody extends AsyncIterable<Uint8Array> {
  /** number of blocks that may be kept at a time */
  readonly keepable: number;
  /** Leaves the block that was taken last valid until the returned function is called. */
  keep(): () => void;
  /** Closes the connection, if it is still in use. */
  destroy(): void;
}

export interface BulkAnswer {
  readonly head: ResponseHead;
  readonly body: BulkBody;
}

/** An HTTP/1.1 connection for large bodies, one request at a time. */
export class BulkConnection {
  readonly #socket: Socket;
  readonly #reader: BlockReader;
  #isBusy = false;

  private constructor(socket: Socket, reader: BlockReader) {
    this.#socket = socket;
    this.#reader = reader;
    reader.attach(socket);
  }

  static async open(dial: Dial, pool: BlockPool): Promise<BulkConnection> {
    const reader = new BlockReader(pool);
    return new BulkConnection(await dial(reader.onread), reader);
  }

  /** whether it can be used for another request */
  get isUsable(): boolean {
    return !this.#isBusy && this.#reader.fault === null && !this.#reader.isBusy;
  }

  /**
   * Sends a request (its whole text) and waits for the start of the response. `onEnd` is called when the body was read to its
   * end and the connection can be used again.
   * @returns 'unsupported' for a response that needs a complete HTTP client; the connection is closed then
   * @throws what ended the connection
   */
  async send(request: string, signal: AbortSignal, onEnd: () => void): Promise<BulkAnswer | 'unsupported'> {
    this.#isBusy = true;
    const onAbort = () => this.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const framing = new ResponseFraming();
      this.#reader.expect(framing);
      this.#socket.ref();
      this.#socket.write(request, 'latin1');
      while (framing.head === null) await this.#reader.more();
      const { head } = framing;
      if (head === 'unsupported') this.destroy();
      return head === 'unsupported' ? head : { head, body: this.#body(head, { signal, onAbort, onEnd }) };
    } catch (error) {
      signal.removeEventListener('abort', onAbort);
      this.destroy();
      throw error;
    }
  }

  /** Lets the process end while the connection is open. */
  rest(): void {
    this.#socket.unref();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#reader.dispose();
  }

  #body(head: ResponseHead, request: RunningRequest): BulkBody {
    let isOver = false;
    const end = () => {
      // a later request may use the connection already
      if (isOver) return;
      isOver = true;
      this.#reader.giveBack();
      request.signal.removeEventListener('abort', request.onAbort);
      if (head.keepsOpen && this.isUsable) request.onEnd();
      else this.destroy();
    };
    return {
      [Symbol.asyncIterator]: () => this.#blocks(end),
      keepable: this.#reader.keepable,
      keep: () => this.#reader.keep(),
      destroy: end,
    };
  }

  async *#blocks(end: () => void) {
    try {
      for (let block = await this.#reader.next(); block !== null; block = await this.#reader.next())
        yield block;
      this.#isBusy = false;
    } finally {
      end();
    }
  }
}

interface RunningRequest {
  readonly signal: AbortSignal;
  readonly onAbort: () => void;
  readonly onEnd: () => void;
}
