import type {} from '../../../core/domain/verification.ts';
import type { ByteProgress } from '../../../core/events.ts';
import { addSample, bytesPerSecond, etaSeconds, type RateWindow } from '../../../core/hub/rate.ts';
import type { Clock } from '../../../ports/clock.ts';

/** Shortest interval between two reports, ms. */
const INTERVAL_MS = 500;

interface PaceOptions {
  readonly clock: Clock;
  readonly totalBytes: number;
  /** bytes per second; null: no limit */
  readonly maxRate: number | null;
  readonly onProgress: (progress: ByteProgress) => void;
  readonly signal: AbortSignal;
}

/** Counts the bytes that are read, reports them, and waits as the limit demands. */
export class ReadingPace {
  readonly #options: PaceOptions;
  readonly #startedAt: number;
  #window: RateWindow = [];
  #reportedAt: number | null = null;
  #read = 0;
  #resumed = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  get readBytes(): number {
    return this.#read;
  }

  get resumedBytes(): number {
    return this.#resumed;
  }

  resumed(bytes: number): void {
    this.#resumed += bytes;
    this.#report();
  }

  async took(bytes: number): Promise<void> {
    const { clock, maxRate, signal } = this.#options;
    this.#read += bytes;
    this.#report();
    if (maxRate === null) return;
    const ahead = (this.#read / maxRate) * 1000 - (clock.monotonic() - this.#startedAt);
    if (ahead > 0) await clock.sleep(ahead, signal);
  }

  #report(): void {
    const { clock, totalBytes, onProgress } = this.#options;
    const now = clock.monotonic();
    this.#window = addSample(this.#window, now, this.#read);
    if (this.#reportedAt !== null && now - this.#reportedAt < INTERVAL_MS) return;
    this.#reportedAt = now;
    const doneBytes = Math.min(totalBytes, this.#read + this.#resumed);
    const rate = bytesPerSecond(this.#window);
    onProgress({
      doneBytes,
      totalBytes,
      bytesPerSecond: rate,
      etaSeconds: etaSeconds(totalBytes - doneBytes, rate),
    });
  }
}
