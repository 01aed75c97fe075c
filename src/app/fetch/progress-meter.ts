import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { type ErrorDocument, toErrorDocument } from '../../core/errors.ts';
import { addSample, bytesPerSecond, etaSeconds, type RateWindow } from '../../core/hub/rate.ts';

/** Shortest interval between two events of one model, ms; changes of state are always reported. */
const INTERVAL_MS = 500;

export interface MeterOptions {
  readonly ref: string;
  readonly totalBytes: number;
  /** monotonic milliseconds */
  readonly monotonic: () => number;
  readonly onProgress: (progress: ModelProgress) => void;
}

/** Computes the progress of a model with rate and ETA from the byte counts of its files. */
export class ProgressMeter {
  readonly #options: MeterOptions;
  readonly #done = new Map<string, number>();
  /** sum of `#done` */
  #filesDone = 0;
  #state: ModelProgress['state'] = 'checking';
  #note: string | undefined;
  #fault: ErrorDocument | undefined;
  #base = 0;
  #fetched = 0;
  #window: RateWindow = [];
  #lastReported: number | null = null;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  get fetchedBytes(): number {
    return this.#fetched;
  }

  get doneBytes(): number {
    return this.#base + this.#filesDone;
  }

  get totalBytes(): number {
    return this.#options.totalBytes;
  }

  enter(state: ModelProgress['state'], note?: string): void {
    const isChange = state !== this.#state || note !== this.#note || this.#lastReported === null;
    this.#state = state;
    this.#note = note;
    if (state !== 'downloading') this.#window = [];
    if (isChange) this.#report();
  }

  fail(error: unknown): void {
    this.#fault = toErrorDocument(error);
    this.enter('failed', this.#fault.message);
  }

  /** Bytes that are in place already. */
  present(bytes: number): void {
    this.#base = bytes;
    this.#tellSometimes();
  }

  /** How far one file is, and what of it came over the network since the last call. */
  file(key: string, doneBytes: number, receivedBytes: number): void {
    this.#filesDone += doneBytes - (this.#done.get(key) ?? 0);
    this.#done.set(key, doneBytes);
    this.#fetched += receivedBytes;
    if (receivedBytes > 0) this.#window = addSample(this.#window, this.#options.monotonic(), this.#fetched);
    this.#tellSometimes();
  }

  #tellSometimes(): void {
    const now = this.#options.monotonic();
    if (this.#lastReported === null || now - this.#lastReported >= INTERVAL_MS) this.#report();
  }

  #report(): void {
    const { ref, totalBytes, monotonic, onProgress } = this.#options;
    this.#lastReported = monotonic();
    const doneBytes = Math.min(totalBytes, this.doneBytes);
    const rate = this.#state === 'downloading' ? bytesPerSecond(this.#window) : null;
    const eta = this.#state === 'downloading' ? etaSeconds(totalBytes - doneBytes, rate) : null;
    onProgress({
      ref,
      state: this.#state,
      doneBytes,
      totalBytes,
      fetchedBytes: this.#fetched,
      bytesPerSecond: rate,
      etaSeconds: eta,
      ...(this.#note === undefined ? {} : { note: this.#note }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    });
  }
}
