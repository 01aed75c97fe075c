import { dirname, join } from 'node:path';
import type { PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import { modelOrigin } from '../../../core/source/describe-model.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, writeAtomic } from '../disk/files.ts';
import { assertMagic } from '../disk/gguf-magic.ts';
import { hashFile } from '../disk/hash-file.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import {
  isSameContent,
  isUnchanged,
  PENDING_SUFFIX,
  RECEIPT_SUFFIX,
  type Receipt,
  type ReceiptFile,
  readReceiptSync,
  readReceipts,
  receiptEntry,
  receiptPaths,
} from './receipts.ts';

/** What receipts and layouts work with. */
export interface StoreContext {
  readonly disk: Disk;
  /** checks paths that are read synchronously; `disk` checks its own */
  readonly guard: StoreGuard;
  /** directory of all receipts */
  readonly receipts: string;
  /** staging directory on the file system of the receipts; that of a layout may be on another one */
  readonly receiptStaging: string;
  /** wall clock, ms */
  readonly now: () => number;
}

export interface AdoptOptions {
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

export type ReceiptFiles = Readonly<Record<string, ReceiptFile>>;

export interface VerifyOptions extends Partial<AdoptOptions> {
  /** receipts of files whose content needs no second check */
  readonly known?: readonly ReceiptFile[];
}

/** Reads and writes the receipts of models for all layouts. */
export class ReceiptStore {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  receipt(model: PinnedModel): Receipt | null {
    return readReceiptSync(this.#path(model), this.#context.guard);
  }

  entries(model: PinnedModel): ReceiptFiles {
    return this.receipt(model)?.files ?? {};
  }

  /** Returns the receipts of all revisions of the model's repository, its own included. */
  async besides(model: PinnedModel): Promise<readonly Receipt[]> {
    return readReceipts(this.#context.disk, dirname(this.#path(model)));
  }

  async record(model: PinnedModel, files: ReceiptFiles): Promise<void> {
    const path = this.#path(model);
    const pending = pendingPath(path);
    const isPending = (await unless(NO_RECORD, this.#context.disk.lstat(pending))) !== null;
    await (isPending
      ? this.#finish(pending, receiptOf(model, files))
      : this.#write(path, receiptOf(model, files)));
  }

  /**
   * Writes the pending receipt of files that are about to get their final names: after a kill before `record` they would
   * look like files of the user.
   */
  async recordPending(model: PinnedModel, files: ReceiptFiles): Promise<void> {
    await this.#write(pendingPath(this.#path(model)), receiptOf(model, files));
  }

  /**
   * Moves the files that a killed process has placed from the pending receipt to the receipt. `placeOf` returns the path of
   * a file.
   */
  async recover(model: PinnedModel, placeOf: (path: string) => string): Promise<void> {
    await this.#recover(pendingPath(this.#path(model)), placeOf);
  }

  /** Recovers all revisions of the model's repository, like `recover`. */
  async recoverAll(model: PinnedModel, placeOf: (path: string) => string): Promise<void> {
    const pending = await receiptPaths(this.#context.disk, dirname(this.#path(model)), PENDING_SUFFIX);
    for (const path of pending) await this.#recover(path, placeOf);
  }

  /**
   * Returns an entry for the file at `path` if it has the published content; a file verified by a receipt is not read again.
   * @throws RmaError RMA_CONTENT_NOT_GGUF (6)
   */
  async verify(file: PinnedFile, path: string, options: VerifyOptions = {}): Promise<ReceiptFile | null> {
    const { disk, guard, now } = this.#context;
    const { known = [], ...progress } = options;
    const { digest, bytes } = file;
    const stats = guard.fileStats(path);
    if (digest === null || stats === null || stats.size !== BigInt(bytes)) return null;
    const trusted = known.some((entry) => isSameContent(file, entry) && isUnchanged(stats, entry));
    const expected = { bytes, algorithm: digest.algorithm };
    const real = guard.realpath(path) ?? path;
    const hex = trusted ? digest.hex : await hashFile(disk, real, { expected, ...progress });
    if (hex !== digest.hex) return null;
    await assertMagic(disk, real, { name: file.path, label: file.path });
    return receiptEntry(stats, digest, now());
  }

  async #recover(path: string, placeOf: (path: string) => string): Promise<void> {
    const { disk, guard } = this.#context;
    const pending = readReceiptSync(path, guard);
    const placed = Object.entries(pending?.files ?? {}).filter(
      ([name, entry]) => pathFault(name) === null && isUnchanged(guard.fileStats(placeOf(name)), entry),
    );
    if (pending === null || placed.length === 0) return disk.rm(path, { force: true });
    const receipt = readReceiptSync(receiptPath(path), guard);
    const others = receipt?.from === pending.from ? receipt.files : {};
    await this.#finish(path, { ...pending, files: { ...others, ...Object.fromEntries(placed) } });
  }

  /** Writes a receipt to the pending one and renames that, so that after a kill there is one of them, never both. */
  async #finish(pending: string, receipt: Receipt): Promise<void> {
    await this.#write(pending, receipt);
    await this.#context.disk.rename(pending, receiptPath(pending));
  }

  async #write(path: string, receipt: Receipt): Promise<void> {
    const { disk, receiptStaging } = this.#context;
    await ensureDir(disk, dirname(path));
    await writeAtomic(disk, { staging: receiptStaging, path, text: `${JSON.stringify(receipt)}\n` });
  }

  #path(model: PinnedModel): string {
    return join(this.#context.receipts, sourceOf(model).store.receipt(model));
  }
}

function receiptOf(model: PinnedModel, files: ReceiptFiles): Receipt {
  return { schema: 'rma.receipt/v1', from: modelOrigin(model), files };
}

/** Returns the path of the receipt that a pending one becomes. */
function receiptPath(pending: string): string {
  return `${pending.slice(0, -PENDING_SUFFIX.length)}${RECEIPT_SUFFIX}`;
}

/** Returns the path of the pending receipt next to a receipt. */
function pendingPath(receipt: string): string {
  return `${receipt.slice(0, -RECEIPT_SUFFIX.length)}${PENDING_SUFFIX}`;
}
