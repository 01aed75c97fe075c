import type { Socket } from 'node:net';

/** Reads exact numbers of bytes from a socket, before another owner reads it. */
export class ByteReader {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #fault: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData).on('error', this.#onError).on('close', this.#onClose);
  }

  /** Returns the next bytes. @throws Error if the connection ends before */
  async take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) {
      if (this.#fault !== null) throw this.#fault;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  /** Returns the socket to its next owner, with the bytes that were not read. */
  release(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    if (this.#bytes.length > 0) this.#socket.unshift(this.#bytes);
  }

  readonly #onData = (chunk: Buffer) => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  };

  readonly #onError = (error: Error) => {
    this.#fault ??= error;
    this.#wake();
  };

  readonly #onClose = () => this.#onError(new Error('it closed the connection'));
}
