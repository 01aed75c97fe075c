import type { Clock } from '../../../src/ports/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly ms: number;
  readonly wake: () => void;
}

/** A clock that the test advances. */
export class FakeClock implements Clock {
  #elapsed = 0;
  /** of the wall clock */
  #shift = 0;
  #sleepers: readonly Sleeper[] = [];
  #watchers: readonly (() => void)[] = [];

  now(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5) + this.#elapsed + this.#shift;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { until: this.#elapsed + ms, ms, wake };
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers = [...this.#sleepers, sleeper];
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Sets the wall clock, forward or back. */
  set(ms: number): void {
    this.#shift += ms;
  }

  /** Wakes, in order, all sleepers that are due within the next `ms` milliseconds. */
  advance(ms: number): void {
    const target = this.#elapsed + ms;
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.until - b.until)[0];
      if (next === undefined || next.until > target) break;
      this.#elapsed = next.until;
      this.#sleepers = this.#sleepers.filter((each) => each !== next);
      next.wake();
    }
    this.#elapsed = target;
  }

  /** Resolves once there is a sleep of exactly `ms` milliseconds. */
  async sleeping(ms: number): Promise<void> {
    while (!this.#sleepers.some((each) => each.ms === ms)) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#watchers = this.#watchers.filter((each) => each !== done);
          resolve();
        };
        this.#watchers = [...this.#watchers, done];
      });
    }
  }

  /** Waits for a sleep of exactly `ms` milliseconds, then advances by it. */
  async pass(ms: number): Promise<void> {
    await this.sleeping(ms);
    this.advance(ms);
  }

  get sleepers(): number {
    return this.#sleepers.length;
  }
}
