/** Data that a crash may cost, at most: bytes or milliseconds between two syncs. */
const SYNC_BYTES = 32 * 1024 * 1024;
const SYNC_MS = 1000;

/**
 * When a growing file is synced: in the background, each 32 MiB or second, and a second after the last write of a link
 * that stands still. Writing waits only when the disk is a whole round behind, which bounds what is dirty in memory.
 */
export class SyncPace {
  readonly #monotonic: () => number;
  /** never rejects */
  readonly #sync: () => Promise<void>;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #syncedBytes = 0;
  #lastSync: number;

  constructor(monotonic: () => number, sync: () => Promise<void>) {
    this.#monotonic = monotonic;
    this.#sync = sync;
    this.#lastSync = monotonic();
  }

  /** Tells that the file has `bytes` bytes now. */
  async grown(bytes: number): Promise<void> {
    const behind = bytes - this.#syncedBytes;
    if (behind < SYNC_BYTES && this.#monotonic() - this.#lastSync < SYNC_MS) {
      this.#timer ??= setTimeout(() => this.#start(), SYNC_MS);
    } else if (this.#running === null) {
      this.#start();
    } else if (behind >= 2 * SYNC_BYTES) {
      await this.#running;
    }
  }

  /** Tells up to where the file is on disk. */
  synced(bytes: number): void {
    this.#syncedBytes = bytes;
    this.#lastSync = this.#monotonic();
  }

  /** No sync runs or will start by itself after this. */
  async stop(): Promise<void> {
    this.#clearTimer();
    await this.#running;
  }

  #start(): void {
    this.#clearTimer();
    this.#running ??= this.#sync().finally(() => {
      this.#running = null;
    });
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
