import type { Clock } from '../../../ports/clock.ts';

/** The waits that servers request. They apply to all downloads from a host: others would only extend the wait. */
export class HostWaits {
  readonly #clock: Clock;
  /** host → end of its wait, monotonic ms */
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Extends the wait for a host. */
  add(host: string, ms: number): void {
    const end = this.#clock.monotonic() + ms;
    this.#ends.set(host, Math.max(end, this.#ends.get(host) ?? 0));
  }

  /** Waits until the host accepts requests again. Rejects with the signal's reason if aborted. */
  async over(host: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = (this.#ends.get(host) ?? 0) - this.#clock.monotonic();
      if (left <= 0) return;
      await this.#clock.sleep(left, signal);
    }
  }
}
