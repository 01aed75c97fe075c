import type { OnReadOpts, Socket } from 'node:net';
import { BlockReader } from './block-reader.ts';
import { MAX_HEAD, parseResponseHead, type ResponseHead } from './response-head.ts';

/** Connects to a server; the bytes of the socket go to `onread`. */
export type Dial = (onread: OnReadOpts) => Promise<Socket>;

/** The body of a response, in blocks: each is valid until the next one is taken. */
export interface BulkBody extends AsyncIterable<Uint8Array> {
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

  static async open(dial: Dial): Promise<BulkConnection> {
    const reader = new BlockReader();
    return new BulkConnection(await dial(reader.onread), reader);
  }

  /** whether it can carry another request */
  get isUsable(): boolean {
    return !this.#isBusy && this.#reader.fault === null && this.#reader.unread === 0;
  }

  /**
   * Sends a request (its whole text) and waits for the start of the response. `onEnd` is called when the body was read to its
   * end and the connection can carry another request.
   * @returns 'unsupported' for a response that needs a complete HTTP client; the connection is closed then
   * @throws what ended the connection
   */
  async send(request: string, signal: AbortSignal, onEnd: () => void): Promise<BulkAnswer | 'unsupported'> {
    this.#isBusy = true;
    const onAbort = () => this.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      this.#socket.ref();
      this.#socket.write(request, 'latin1');
      const head = await this.#head();
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
  }

  async #head(): Promise<ResponseHead | 'unsupported'> {
    for (;;) {
      const head = parseResponseHead(this.#reader.peek(MAX_HEAD));
      if (head === 'unsupported') return head;
      if (head === 'incomplete') await this.#reader.more();
      else {
        this.#reader.skip(head.size);
        return head;
      }
    }
  }

  #body(head: ResponseHead, request: RunningRequest): BulkBody {
    let isOver = false;
    const end = () => {
      // a later request may use the connection already
      if (isOver) return;
      isOver = true;
      request.signal.removeEventListener('abort', request.onAbort);
      if (head.keepsOpen && this.isUsable) request.onEnd();
      else this.destroy();
    };
    return { [Symbol.asyncIterator]: () => this.#blocks(head, end), destroy: end };
  }

  async *#blocks({ length }: ResponseHead, end: () => void) {
    try {
      for (let left = length; left > 0; ) {
        const block = await this.#reader.next(left);
        left -= block.length;
        yield block;
      }
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
