import type { FileHandle } from 'node:fs/promises';

/**
 * Syncs that run at the same time. Each takes milliseconds and a thread that other files need; a file system makes what
 * was written meanwhile durable with it, so that the next ones are quick.
 */
const AT_ONCE = 2;

/** Syncs many small files, a few at a time. */
export class SyncQueue {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** Makes the data of a file durable. @throws what fdatasync(2) throws */
  async sync(handle: Pick<FileHandle, 'datasync'>): Promise<void> {
    if (this.#running < AT_ONCE) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await handle.datasync();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
