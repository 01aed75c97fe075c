import { type ConnectionCount, nextCount, ONE_CONNECTION } from '../../../core/hub/connection-count.ts';
import { partSize } from '../../../core/hub/part-size.ts';

/** A new number of connections is measured when they are up to speed: after this time, and some round trips. */
const SETTLE_MS = 50;
const SETTLE_LATENCIES = 3;

/** A rate is measured over this time and these bytes, or over the longest time. */
const WINDOW_MS = 100;
const WINDOW_BYTES = 4 * 1024 * 1024;
const LONGEST_WINDOW_MS = 3000;

/** Counts the bytes of one connection. */
export interface PacedConnection {
  /** Its first response has begun. */
  opened(): void;
  received(bytes: number): void;
  end(): void;
}

/** Measures the total rate of all large files of a host, and tries more connections per file while that helps. */
export class HostPace {
  readonly #monotonic: () => number;
  #state: ConnectionCount = ONE_CONNECTION;
  /** connections with a response */
  #open = 0;
  /** most connections of a file */
  #most = 1;
  #since = 0;
  #bytes = 0;
  /** last measured rate of one connection, bytes a second */
  #rate = 0;
  /** shortest time between the start of a connection and its first response, ms */
  #latencyMs = Number.POSITIVE_INFINITY;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** connections per file */
  get count(): number {
    return this.#state.count;
  }

  /** size of the ranges of several connections that receive one file, bytes */
  get partBytes(): number {
    return partSize({ rate: this.#rate, latencyMs: this.#latencyMs });
  }

  /** Counts a connection once its response begins. `most`: connections of its file at most. */
  connect(most: number): PacedConnection {
    this.#most = most;
    const begun = this.#monotonic();
    let isOpen = false;
    return {
      opened: () => {
        if (isOpen) return;
        isOpen = true;
        this.#open += 1;
        const latencyMs = this.#monotonic() - begun;
        this.#latencyMs = Math.min(this.#latencyMs, latencyMs);
        this.#restart(SETTLE_MS + SETTLE_LATENCIES * latencyMs);
      },
      received: (bytes) => this.#received(bytes),
      end: () => {
        if (!isOpen) return;
        this.#open -= 1;
        this.#restart(SETTLE_MS);
      },
    };
  }

  #received(bytes: number): void {
    const now = this.#monotonic();
    const elapsed = now - this.#since;
    // a rate with fewer connections than the count does not show whether the count helps
    if (elapsed < 0 || this.#open < Math.min(this.#state.count, this.#most)) return;
    this.#bytes += bytes;
    const isLong = elapsed >= LONGEST_WINDOW_MS || (elapsed >= WINDOW_MS && this.#bytes >= WINDOW_BYTES);
    if (!isLong) return;
    const rate = (this.#bytes / elapsed) * 1000;
    this.#rate = rate / this.#open;
    this.#state = nextCount(this.#state, { rate, now });
    this.#restart(0);
  }

  #restart(settleMs: number): void {
    this.#since = this.#monotonic() + settleMs;
    this.#bytes = 0;
  }
}
