/** Aborts a request that receives no data for some time. The timer runs only while data is awaited, not while the reader is busy. */
export class StallGuard {
  readonly #controller = new AbortController();
  readonly #ms: number;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | null = null;
  #waiting = false;
  #stalled = false;

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    this.#outer = outer;
    if (outer?.aborted === true) this.#onOuterAbort();
    else outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  arm(): void {
    this.#waiting = true;
    if (this.#timer === null) this.#timer = setTimeout(() => this.#expire(), this.#ms);
    else this.#timer.refresh();
  }

  disarm(): void {
    this.#waiting = false;
  }

  end(): void {
    this.#waiting = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }

  #expire(): void {
    if (!this.#waiting) return;
    this.#stalled = true;
    this.#controller.abort();
  }
}
