import { join } from 'node:path';
import type { ModelRef } from '../../../core/domain/model-ref.ts';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import {
  formatRecord,
  type ModelRecord,
  narrowed,
  parseRecord,
  recordName,
  wholeOf,
} from '../../../core/source/model-record.ts';
import { parseModelRef } from '../../../core/source/parse-ref.ts';
import type { Disk } from '../disk/disk.ts';
import { ensureDir, writeAtomic } from '../disk/files.ts';
import type { StoreGuard } from '../disk/store-guard.ts';

interface RecordsContext {
  readonly disk: Disk;
  readonly guard: StoreGuard;
  /** directory of the records */
  readonly dir: string;
  readonly staging: string;
  /** wall clock, ms */
  readonly now: () => number;
}

/** The records of what references meant: one per reference, `.rma/models/SHA256.json`. */
export class ModelRecords {
  readonly #context: RecordsContext;
  readonly #read = new WeakSet<PinnedModel>();

  constructor(context: RecordsContext) {
    this.#context = context;
  }

  /** Returns the record of a reference, else the part that it selects of a recorded repository; null if there is none, or it is corrupt. */
  recall(ref: ModelRef): ModelRecord | null {
    const own = this.read(ref);
    const whole = wholeOf(ref);
    if (own !== null || whole === null) return own;
    const record = this.read(whole);
    return record === null ? null : narrowed(record, ref);
  }

  /** Returns the record of a reference; null if there is none, or it is corrupt. */
  read(ref: ModelRef): ModelRecord | null {
    const { guard, dir } = this.#context;
    const text = guard.readText(join(dir, recordName(ref)));
    const record = text === null ? null : parseRecord(text, ref);
    if (record !== null) this.#read.add(record.model);
    return record;
  }

  /** Returns whether a model was just read from the record of its own reference. True only once: the record may be removed. */
  wasRead(model: PinnedModel): boolean {
    return this.#read.delete(model);
  }

  async write(model: PinnedModel): Promise<void> {
    const { disk, dir, staging, now } = this.#context;
    await ensureDir(disk, dir);
    const path = join(dir, recordName(parseModelRef(model.ref)));
    const text = formatRecord(model, new Date(now()).toISOString());
    await writeAtomic(disk, { staging, path, text });
  }
}
