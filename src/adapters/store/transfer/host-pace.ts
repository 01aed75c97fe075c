import { type ConnectionCount, nextCount, ONE_CONNECTION } from '../../../core/hub/connection-count.ts';

/** A new number of connections is measured when they are up to speed, ms. */
const SETTLE_MS = 200;

/** A rate is measured over this time and these bytes, or over the longest time. */
const WINDOW_MS = 300;
const WINDOW_BYTES = 8 * 1024 * 1024;
const LONGEST_WINDOW_MS = 3000;

/** Measures the total rate of all large files of a host, and tries more connections per file while that helps. */
export class HostPace {
  readonly #monotonic: () => number;
  #state: ConnectionCount = ONE_CONNECTION;
  #open = 0;
  #since: number;
  #bytes = 0;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#since = monotonic() + SETTLE_MS;
  }

  /** connections per file */
  get count(): number {
    return this.#state.count;
  }

  opened(): void {
    this.#open += 1;
    this.#restart();
  }

  closed(): void {
    this.#open -= 1;
    this.#restart();
  }

  /** Counts bytes that were received from the host. */
  received(bytes: number): void {
    const now = this.#monotonic();
    const elapsed = now - this.#since;
    // a rate with fewer connections than the count does not show whether the count helps
    if (elapsed < 0 || this.#open < this.#state.count) return;
    this.#bytes += bytes;
    const isLong = elapsed >= LONGEST_WINDOW_MS || (elapsed >= WINDOW_MS && this.#bytes >= WINDOW_BYTES);
    if (!isLong) return;
    this.#state = nextCount(this.#state, { rate: (this.#bytes / elapsed) * 1000, now });
    this.#restart(0);
  }

  #restart(settleMs = SETTLE_MS): void {
    this.#since = this.#monotonic() + settleMs;
    this.#bytes = 0;
  }
}
