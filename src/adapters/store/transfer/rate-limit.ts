import type { Clock } from '../../../ports/clock.ts';

/** Shorter waits are left out: timers are not that exact. The next bytes wait longer instead. */
const SHORTEST_WAIT_MS = 10;

/** Limits the total rate of all downloads of this process. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number | null;
  /** when all bytes so far may have passed, monotonic ms */
  #end = 0;

  /** @param bytesPerSecond null: no limit */
  constructor(clock: Clock, bytesPerSecond: number | null) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Waits until bytes that were received may have passed. Rejects with the signal's reason if aborted. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === null) return;
    const now = this.#clock.monotonic();
    this.#end = Math.max(this.#end, now) + (bytes / this.#bytesPerSecond) * 1000;
    const wait = this.#end - now;
    if (wait >= SHORTEST_WAIT_MS) await this.#clock.sleep(wait, signal);
  }
}
