import { Duplex, PassThrough } from 'node:stream';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';

interface SocketParts {
  readonly runner: Pick<CommandRunner, 'run'>;
  /** Returns the error for a command that failed. */
  readonly failed: (outcome: CommandOutcome) => Error;
}

/**
 * A connection to the engine of a host: the input and output of `docker system dial-stdio` there, which the Docker CLI uses
 * for its own ssh:// endpoints. It has what Node's HTTP client calls of a socket.
 */
export class EngineSocket extends Duplex {
  readonly #outgoing = new PassThrough();
  readonly #stop = new AbortController();
  #timeoutMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #onDrain: () => void = () => undefined;

  constructor(parts: SocketParts) {
    super({ allowHalfOpen: true });
    void this.#run(parts);
  }

  override _read(): void {
    this.#onDrain();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#restart();
    this.#outgoing.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#outgoing.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#onDrain();
    done(error);
  }

  /** Emits `timeout` after this time without traffic, milliseconds; 0: never, and removes the listener. */
  setTimeout(ms: number, onTimeout?: () => void): this {
    this.#timeoutMs = ms;
    if (onTimeout !== undefined) {
      if (ms === 0) this.removeListener('timeout', onTimeout);
      else this.once('timeout', onTimeout);
    }
    this.#restart();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  /** Does nothing: the connection to the host is closed by whoever opened it, and this one ends with it. */
  unref(): this {
    return this;
  }

  async #run({ runner, failed }: SocketParts): Promise<void> {
    try {
      const outcome = await runner.run({
        argv: ['docker', 'system', 'dial-stdio'],
        stdin: { bytes: this.#outgoing },
        readStdout: (bytes) => this.#receive(bytes),
        signal: this.#stop.signal,
      });
      if (outcome.exitCode === 0) this.push(null);
      else this.destroy(failed(outcome));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #receive(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of bytes) {
      this.#restart();
      if (this.destroyed) return;
      if (!this.push(chunk)) await this.#drained();
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain = resolve;
    });
  }

  #restart(): void {
    clearTimeout(this.#timer);
    if (this.#timeoutMs > 0) this.#timer = setTimeout(() => this.emit('timeout'), this.#timeoutMs);
  }
}
