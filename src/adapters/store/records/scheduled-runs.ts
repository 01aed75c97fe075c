import { join } from 'node:path';
import {
  formatRun,
  parseRun,
  type RunIdentity,
  runFileName,
  type ScheduledRun,
} from '../../../core/schedule/scheduled-run.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { ScheduledRuns } from '../../../ports/scheduled-runs.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { ensureDir, writeAtomic } from '../disk/files.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';

interface RunOptions {
  readonly paths: StorePaths;
  readonly disk?: Disk;
}

/** The records of scheduled runs: `.rma/schedule/HOST.NAME.json`. */
export class FileScheduledRuns implements ScheduledRuns {
  readonly #state: string;
  readonly #guard: StoreGuard;
  readonly #disk: Disk;

  constructor({ paths, disk = realDisk }: RunOptions) {
    this.#state = paths.state;
    this.#guard = guardOf(paths);
    this.#disk = guardedDisk(disk, this.#guard);
  }

  async last(identity: RunIdentity): Promise<ScheduledRun | null> {
    const path = this.#path(identity);
    const text = await onDisk(path, async () => this.#guard.readText(path));
    return text === null ? null : parseRun(text);
  }

  async record(run: ScheduledRun): Promise<void> {
    const path = this.#path(run);
    const staging = join(this.#state, 'staging');
    await onDisk(path, async () => {
      await ensureDir(this.#disk, staging);
      await ensureDir(this.#disk, join(this.#state, 'schedule'));
      await writeAtomic(this.#disk, { staging, path, text: formatRun(run) });
    });
  }

  #path(identity: RunIdentity): string {
    return join(this.#state, 'schedule', runFileName(identity));
  }
}
