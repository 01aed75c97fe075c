import type { Clock } from '../../../src/ports/clock.ts';

/** A clock that jumps to the end of the earliest sleep. */
export class JumpingClock implements Clock {
  #now: number;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  #scheduled = false;
  /** lengths of all sleeps so far, ms */
  readonly sleeps: number[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper = { until: this.#now + ms, wake };
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleeps.push(ms);
      this.#sleepers.push(sleeper);
      this.#schedule();
    });
  }

  /** Advances the time without a sleep. */
  advance(ms: number): void {
    this.#now += ms;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const next = this.#sleepers.sort((a, b) => a.until - b.until).shift();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
