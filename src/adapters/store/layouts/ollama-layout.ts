import { dirname, join } from 'node:path';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import { ollamaPlace, type PinnedOllamaModel } from '../../../core/source/ollama.ts';
import type { OllamaRef } from '../../../core/source/ollama-reference.ts';
import { storedOllamaModel } from '../../../core/source/stored-models.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import { ensureDir, syncDir, writeAtomic } from '../disk/files.ts';
import { storeChanged } from '../disk/store-changed.ts';
import type { AdoptOptions, ReceiptFiles } from '../receipts/receipt-store.ts';
import {
  isIntact,
  isSameContent,
  isUnchanged,
  type Receipt,
  type ReceiptFile,
  receiptEntry,
} from '../receipts/receipts.ts';
import { LayoutWriter } from './layout-writer.ts';
import { readOllamaReceipts } from './ollama-receipts.ts';

type OllamaPlace = Pick<PinnedOllamaModel, 'registry' | 'namespace' | 'model' | 'tag'>;

/**
 * Ollama's own store: `manifests/<host>/<namespace>/<model>/<tag>` has the registry's bytes, `blobs/sha256-<hex>` the
 * content, shared by all models. Nothing else is ever written there: on start, Ollama deletes unknown files among the
 * blobs, and stops its cleanup at unknown files among the manifests.
 */
export class OllamaLayout extends LayoutWriter<PinnedOllamaModel> {
  check(model: PinnedOllamaModel): ModelCheck {
    const receipt = this.receipts.receipt(model);
    const verified = this.#verified(model, receipt);
    const missing = model.files.filter(({ path }) => verified[path] === undefined);
    const isRecorded = model.files.every((file) => isSameContent(file, receipt?.files[file.path]));
    return this.summarize(model, missing, isRecorded && this.#readManifest(model) === model.manifest);
  }

  async adopt(model: PinnedOllamaModel, options: AdoptOptions): Promise<readonly PinnedFile[]> {
    const verified = this.#verified(model, this.receipts.receipt(model));
    const adopted: Record<string, ReceiptFile> = {};
    for (const file of model.files) {
      if (verified[file.path] !== undefined) continue;
      const entry = await this.receipts.verify(file, this.#blob(file), options);
      if (entry !== null) adopted[file.path] = entry;
    }
    if (Object.keys(adopted).length > 0) await this.receipts.record(model, { ...verified, ...adopted });
    return model.files.filter(({ path }) => (verified[path] ?? adopted[path]) === undefined);
  }

  /** Publishes blobs, then the manifest, then the receipt. */
  async publish(
    model: PinnedOllamaModel,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    staging: string,
  ): Promise<void> {
    const { disk, now } = this.context;
    await ensureDir(disk, join(this.root, 'blobs'));
    const before = this.#verified(model, this.receipts.receipt(model));
    const entries: Record<string, ReceiptFile> = { ...before };
    for (const [file, { path, digest }] of staged) {
      if (before[file.path] !== undefined) {
        // another model published the same blob in the meantime, and its receipt describes that file
        await disk.rm(path, { force: true });
        continue;
      }
      await this.#place(path, this.#blob(file));
      const stats = this.context.guard.fileStats(this.#blob(file));
      if (stats !== null) entries[file.path] = receiptEntry(stats, digest, now());
    }
    if (staged.size > 0) await syncDir(disk, join(this.root, 'blobs'));
    const here = await this.#confirmed(model, entries);
    await this.#writeManifest(model, staging);
    await this.receipts.record(model, await this.#confirmed(model, here));
  }

  async recall(ref: OllamaRef): Promise<PinnedOllamaModel | null> {
    const manifest = this.#readManifest(ollamaPlace(ref));
    return manifest === null ? null : storedOllamaModel(ref, manifest);
  }

  protected places(_: PinnedOllamaModel, file: PinnedFile): readonly string[] {
    return [this.#blob(file)];
  }

  #blob({ path, digest }: PinnedFile): string {
    if (digest === null) throw new Error(`${path} has no digest`);
    return join(this.root, 'blobs', `sha256-${digest.hex}`);
  }

  #manifest({ registry, namespace, model, tag }: OllamaPlace): string {
    return join(this.root, 'manifests', registry, namespace, model, tag);
  }

  /** Returns the files verified by any receipt of this store. Receipts of other models are read only if needed. */
  #verified(model: PinnedOllamaModel, receipt: Receipt | null): ReceiptFiles {
    let others: readonly Receipt[] | null = null;
    const found = model.files.flatMap((file) => {
      const stats = this.context.guard.fileStats(this.#blob(file));
      if (stats === null) return [];
      const holds = (entry: ReceiptFile | undefined): entry is ReceiptFile =>
        isSameContent(file, entry) && isUnchanged(stats, entry);
      const own = receipt?.files[file.path];
      if (holds(own)) return [[file.path, own] as const];
      others ??= readOllamaReceipts(this.context.receipts, this.context.guard);
      const entry = others.map(({ files }) => files[file.path]).find(holds);
      return entry === undefined ? [] : [[file.path, entry] as const];
    });
    return Object.fromEntries(found);
  }

  #readManifest(model: OllamaPlace): string | null {
    return this.context.guard.readText(this.#manifest(model));
  }

  /**
   * Publishes a blob with a new mtime: on start, Ollama deletes blobs without a manifest that are older than an hour. The
   * mtime of an imported file that has another name outside the store is never changed.
   */
  async #place(staged: string, blob: string): Promise<void> {
    const { disk, now } = this.context;
    if ((await disk.lstat(staged)).nlink > 1) return disk.rename(staged, blob);
    const handle = await disk.open(staged, 'r+');
    try {
      const seconds = now() / 1000;
      await handle.utimes(seconds, seconds);
    } finally {
      await handle.close();
    }
    await disk.rename(staged, blob);
  }

  async #writeManifest(model: PinnedOllamaModel, staging: string): Promise<void> {
    const { disk } = this.context;
    if (this.#readManifest(model) === model.manifest) return;
    const path = this.#manifest(model);
    await ensureDir(disk, dirname(path));
    await writeAtomic(disk, { staging, path, text: model.manifest });
    await syncDir(disk, dirname(path));
  }

  /** Verifies again the blobs that the holder of another lease has replaced in the meantime. */
  async #confirmed(model: PinnedOllamaModel, entries: ReceiptFiles): Promise<ReceiptFiles> {
    const confirmed: Record<string, ReceiptFile> = {};
    for (const file of model.files) {
      const known = entries[file.path];
      const path = this.#blob(file);
      const stats = this.context.guard.fileStats(path);
      const entry = isIntact(file, stats, known) ? known : await this.receipts.verify(file, path);
      if (entry === null) throw storeChanged(model, file.path);
      confirmed[file.path] = entry;
    }
    return confirmed;
  }
}
