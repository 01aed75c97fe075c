import type { RmaError } from '../../../core/errors.ts';
import type { Budget } from './check-response.ts';

/** Attempts without progress, per kind of fault. */
const ATTEMPTS: Readonly<Record<Budget, number>> = { network: 8, expired: 3, html: 3, content: 3 };

/** Received bytes that count as progress. */
export const PROGRESS_BYTES = 256 * 1024;

/** Number of responses that may share that progress. */
const SHORT_RESPONSES = 100;

/** Number of restarts that discard progress before the download of a file fails. */
const MAX_RESTARTS = 5;

/** Counts the attempts of one file since its last progress. */
export class Attempts {
  #used = noneUsed();
  #short = 0;
  #restarts = 0;
  /** bytes of the file at the last progress */
  #mark: number;

  readonly #most: Readonly<Record<Budget, number>>;

  /** @param network most faults of the network */
  constructor(received: number, network = ATTEMPTS.network) {
    this.#mark = received;
    this.#most = { ...ATTEMPTS, network };
  }

  /** Forgets earlier attempts if the file grew enough since. */
  progress(received: number): void {
    if (Math.abs(received - this.#mark) < PROGRESS_BYTES) return;
    this.#used = noneUsed();
    this.#short = 0;
    this.#mark = received;
  }

  /** Returns whether too many valid responses in a row brought the file no further than a few bytes each. */
  isShort(received: number): boolean {
    if (received === this.#mark) return false;
    this.#short += 1;
    return this.#short > SHORT_RESPONSES;
  }

  /** Counts a fault and returns the number of its kind since the last progress. @throws its error if it is one too many */
  count({ budget, error }: { readonly budget: Budget; readonly error: RmaError }): number {
    const used = ++this.#used[budget];
    if (used > this.#most[budget]) throw error;
    return used;
  }

  /**
   * Counts a restart that discards these bytes, and returns whether the file may start again. A few bytes are no progress: the
   * attempts end such a download, with the fault of the network.
   */
  mayRestart(received: number): boolean {
    if (received >= PROGRESS_BYTES) this.#restarts += 1;
    return this.#restarts <= MAX_RESTARTS;
  }

  /** Starts to count again for a file that starts again. */
  restart(): void {
    this.#mark = 0;
  }
}

function noneUsed(): Record<Budget, number> {
  return { network: 0, expired: 0, html: 0, content: 0 };
}
