/** Bytes between two syncs of all files that are downloaded at once. */
export const SYNC_BYTES = 32 * 1024 * 1024;

/** Milliseconds between two syncs. */
const SYNC_MS = 1000;

/**
 * Schedules syncs of a growing file: in the background every `syncBytes` or second, and one second after the last write of a
 * stalled download. Writing waits only if the disk is a whole interval behind, which limits the dirty pages in memory.
 */
export class SyncPace {
  readonly #monotonic: () => number;
  /** never rejects */
  readonly #sync: () => Promise<void>;
  /** share of this file in what a crash can lose */
  readonly #syncBytes: () => number;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #syncedBytes = 0;
  #lastSync: number;

  constructor(monotonic: () => number, sync: () => Promise<void>, syncBytes: () => number) {
    this.#monotonic = monotonic;
    this.#sync = sync;
    this.#syncBytes = syncBytes;
    this.#lastSync = monotonic();
  }

  /** Updates the number of bytes in the file and starts a sync if one is due. */
  async grown(bytes: number): Promise<void> {
    const behind = bytes - this.#syncedBytes;
    const syncBytes = this.#syncBytes();
    if (behind < syncBytes && this.#monotonic() - this.#lastSync < SYNC_MS) {
      this.#timer ??= setTimeout(() => this.#start(), SYNC_MS);
    } else if (this.#running === null) {
      this.#start();
    } else if (behind >= 2 * syncBytes) {
      await this.#running;
    }
  }

  /** Updates the number of bytes that are on disk. */
  synced(bytes: number): void {
    this.#syncedBytes = bytes;
    this.#lastSync = this.#monotonic();
  }

  /** Cancels scheduled syncs and waits for the running one. */
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
