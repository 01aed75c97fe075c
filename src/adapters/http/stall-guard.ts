import { setMaxListeners } from 'node:events';

/** Lowest rate of a body over a window of waiting, bytes a second: a slower body only keeps a process busy. */
const MIN_BYTES_PER_SECOND = 250;

/**
 * Aborts a request that receives no data for some time, or less than 250 bytes a second over that time. Time counts only
 * while data is awaited, not while the reader is busy.
 */
export class StallGuard {
  readonly #controller = new AbortController();
  readonly #ms: number;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | null = null;
  #waitingSince: number | null = null;
  #reason: string | null = null;
  /** of the current window */
  #waitedMs = 0;
  #bytes = 0;

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    this.#outer = outer;
    if (outer === undefined) return;
    // many requests share a signal: Node.js warns of a leak when more than ten listen
    setMaxListeners(0, outer);
    if (outer.aborted) this.#onOuterAbort();
    else outer.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stalled(): boolean {
    return this.#reason !== null;
  }

  /** why it stalled; null: it did not */
  get reason(): string | null {
    return this.#reason;
  }

  /** Starts to wait for data. */
  arm(): void {
    this.#waitingSince = performance.now();
    if (this.#timer === null) this.#timer = setTimeout(() => this.#expire(), this.#ms);
    else this.#timer.refresh();
  }

  /** Ends the wait: so many bytes arrived. */
  disarm(bytes = 0): void {
    if (this.#waitingSince !== null) this.#waitedMs += performance.now() - this.#waitingSince;
    this.#waitingSince = null;
    this.#bytes += bytes;
    if (this.#waitedMs < this.#ms) return;
    const least = Math.ceil((MIN_BYTES_PER_SECOND * this.#waitedMs) / 1000);
    if (this.#bytes < least) this.#abort(`received only ${this.#bytes} bytes in ${seconds(this.#waitedMs)}`);
    this.#waitedMs = 0;
    this.#bytes = 0;
  }

  end(): void {
    this.#waitingSince = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }

  #expire(): void {
    if (this.#waitingSince !== null) this.#abort('no data received before the timeout');
  }

  #abort(reason: string): void {
    this.#reason = reason;
    this.#controller.abort();
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
