import { join } from 'node:path';
import type { ModelUser } from '../../../core/domain/inventory.ts';
import type { ModelUse } from '../../../core/domain/model-use.ts';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { formatUse, readUse, useName } from '../../../core/inventory/use-record.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import type { ModelUses } from '../../../ports/model-uses.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { ensureDir, writeQuick } from '../disk/files.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';
import type { StoreOptions } from '../file-model-store.ts';

/** A record younger than this is not written again. Workers record every hour. */
const INTERVAL_MS = 1_800_000;

/**
 * The record of uses in `.rma/usage`: one small file for each model and worker, replaced by a rename. Each worker writes
 * its own files, so that workers never wait for each other, also on NFS.
 */
export class FileModelUses implements ModelUses {
  readonly #disk: Disk;
  readonly #guard: StoreGuard;
  readonly #clock: StoreOptions['clock'];
  readonly #folder: string;
  readonly #staging: string;

  constructor({ paths, clock, disk = realDisk }: StoreOptions) {
    this.#guard = guardOf(paths);
    this.#disk = guardedDisk(disk, this.#guard);
    this.#clock = clock;
    this.#folder = join(paths.state, 'usage');
    this.#staging = join(paths.state, 'staging');
  }

  async record(models: readonly PinnedModel[], worker: ModelUser | null): Promise<void> {
    const receipts = new Set(models.map((model) => sourceOf(model).store.receipt(model)));
    for (const receipt of receipts) {
      // a use without a record only makes the model look older
      await this.#write(receipt, worker).catch(() => undefined);
    }
  }

  /** Not synced: a worker writes a record that a power failure loses again within the hour. */
  async #write(receipt: string, worker: ModelUser | null): Promise<void> {
    const now = this.#clock.now();
    const use: ModelUse = { receipt, worker, usedAt: new Date(now).toISOString() };
    const name = useName(use);
    const path = join(this.#folder, name);
    // synchronous: several times faster than promises
    const text = this.#guard.readText(path);
    const age = now - Date.parse((text === null ? null : readUse(text, name)?.usedAt) ?? '');
    if (age >= 0 && age < INTERVAL_MS) return;
    await ensureDir(this.#disk, this.#folder);
    await writeQuick(this.#disk, { path, text: formatUse(use), staging: this.#staging });
  }
}
