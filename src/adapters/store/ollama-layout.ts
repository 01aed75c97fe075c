import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RmaError } from '../../core/errors.ts';
import type { PinnedFile, PinnedOllamaModel } from '../../core/model/pinned-model.ts';
import { modelOrigin } from '../../core/models/describe-model.ts';
import type { ModelCheck, StagedFile } from '../../ports/model-store.ts';
import { errnoOf } from './disk.ts';
import { ensureDir, syncDir, writeAtomic } from './files.ts';
import { hashFile } from './hash-file.ts';
import { type AdoptOptions, type LayoutContext, type LayoutWriter, summarize } from './layout-writer.ts';
import { readOllamaReceipts } from './ollama-receipts.ts';
import {
  isSameContent,
  isUnchanged,
  type Receipt,
  type ReceiptFile,
  readReceiptSync,
  receiptEntry,
  receiptName,
  statFile,
  writeReceipt,
} from './receipts.ts';

type Entries = Readonly<Record<string, ReceiptFile>>;

/**
 * Ollama's own store: `manifests/<host>/<namespace>/<model>/<tag>` holds the registry's bytes, `blobs/sha256-<hex>` the
 * contents, shared by all models. Neither folder ever holds anything else: a start of Ollama deletes what it does not
 * know among the blobs, and gives up cleaning at what it does not know among the manifests.
 */
export class OllamaLayout implements LayoutWriter<PinnedOllamaModel> {
  readonly root: string;
  readonly #context: LayoutContext;

  constructor(ollama: string, context: LayoutContext) {
    this.root = ollama;
    this.#context = context;
  }

  /** One per model, whatever the tag. Models share blobs, so two holders may write the same one: both write it right. */
  leaseKey({ registry, namespace, model }: PinnedOllamaModel): string {
    return `ollama-${registry}+${namespace}+${model}`;
  }

  check(model: PinnedOllamaModel): ModelCheck {
    const receipt = this.#receipt(model);
    const verified = this.#verified(model, receipt);
    const missing = model.files.filter(({ path }) => verified[path] === undefined);
    const isRecorded = model.files.every((file) => isSameContent(file, receipt?.files[file.path]));
    return summarize(model, missing, isRecorded && this.#readManifest(model) === model.manifest);
  }

  async adopt(model: PinnedOllamaModel, { onBytes, signal }: AdoptOptions): Promise<readonly PinnedFile[]> {
    const verified = this.#verified(model, this.#receipt(model));
    const adopted: Record<string, ReceiptFile> = {};
    for (const file of model.files) {
      if (verified[file.path] !== undefined) continue;
      const entry = await this.#hashed(file, onBytes, signal);
      if (entry !== null) adopted[file.path] = entry;
    }
    if (Object.keys(adopted).length > 0) await this.#record(model, { ...verified, ...adopted });
    return model.files.filter(({ path }) => (verified[path] ?? adopted[path]) === undefined);
  }

  /** Blobs first, then the manifest that makes them a model, then the receipt. */
  async publish(
    model: PinnedOllamaModel,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    staging: string,
  ): Promise<void> {
    const { disk, now } = this.#context;
    await ensureDir(disk, join(this.root, 'blobs'));
    const before = this.#verified(model, this.#receipt(model));
    const entries: Record<string, ReceiptFile> = { ...before };
    for (const [file, { path, digest }] of staged) {
      if (before[file.path] !== undefined) {
        // another model brought the same blob meanwhile, and its receipt speaks of the file that is there
        await disk.rm(path, { force: true });
        continue;
      }
      await this.#place(path, this.#blob(file));
      const stats = statFile(this.#blob(file));
      if (stats !== null) entries[file.path] = receiptEntry(stats, digest, now());
    }
    if (staged.size > 0) await syncDir(disk, join(this.root, 'blobs'));
    const here = await this.#confirmed(model, entries);
    await this.#writeManifest(model, staging);
    await this.#record(model, await this.#confirmed(model, here));
  }

  #blob({ path, digest }: PinnedFile): string {
    if (digest === null) throw new Error(`${path} has no digest`);
    return join(this.root, 'blobs', `sha256-${digest.hex}`);
  }

  #manifest({ registry, namespace, model, tag }: PinnedOllamaModel): string {
    return join(this.root, 'manifests', registry, namespace, model, tag);
  }

  #receipt(model: PinnedOllamaModel): Receipt | null {
    return readReceiptSync(join(this.#context.receipts, receiptName(model)));
  }

  /** What any receipt of this store vouches for, whichever model it was fetched for. The others are read only when needed. */
  #verified(model: PinnedOllamaModel, receipt: Receipt | null): Entries {
    let others: readonly Receipt[] | null = null;
    const found = model.files.flatMap((file) => {
      const stats = statFile(this.#blob(file));
      if (stats === null) return [];
      const holds = (entry: ReceiptFile | undefined) =>
        isSameContent(file, entry) && isUnchanged(stats, entry);
      const own = receipt?.files[file.path];
      if (own !== undefined && holds(own)) return [[file.path, own] as const];
      others ??= readOllamaReceipts(this.#context.receipts);
      const entry = others.map(({ files }) => files[file.path]).find(holds);
      return entry === undefined ? [] : [[file.path, entry] as const];
    });
    return Object.fromEntries(found);
  }

  #readManifest(model: PinnedOllamaModel): string | null {
    try {
      return readFileSync(this.#manifest(model), 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ESTALE'].includes(errnoOf(error) ?? '')) return null;
      throw error;
    }
  }

  /** A start of Ollama deletes blobs without a manifest when they are older than an hour: a new one is new. */
  async #place(staged: string, blob: string): Promise<void> {
    const { disk, now } = this.#context;
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
    const { disk } = this.#context;
    if (this.#readManifest(model) === model.manifest) return;
    const path = this.#manifest(model);
    await ensureDir(disk, dirname(path));
    await writeAtomic(disk, staging, path, model.manifest);
    await syncDir(disk, dirname(path));
  }

  /** Holders of other leases write the same blobs: one that was replaced since is read again. */
  async #confirmed(model: PinnedOllamaModel, entries: Entries): Promise<Entries> {
    const confirmed: Record<string, ReceiptFile> = {};
    for (const file of model.files) {
      const known = entries[file.path];
      const isKnown = isSameContent(file, known) && isUnchanged(statFile(this.#blob(file)), known);
      const entry = isKnown ? known : await this.#hashed(file, () => undefined, new AbortController().signal);
      if (entry === null || entry === undefined) throw changed(model, file);
      confirmed[file.path] = entry;
    }
    return confirmed;
  }

  /** What a receipt says of a blob whose content is right; null when it is absent or wrong. */
  async #hashed(
    file: PinnedFile,
    onBytes: AdoptOptions['onBytes'],
    signal: AbortSignal,
  ): Promise<ReceiptFile | null> {
    const { bytes, digest } = file;
    const path = this.#blob(file);
    const stats = statFile(path);
    if (digest === null || stats === null) return null;
    const expected = { bytes, algorithm: digest.algorithm };
    const hex = await hashFile(this.#context.disk, path, expected, onBytes, signal);
    return hex === digest.hex ? receiptEntry(stats, digest, this.#context.now()) : null;
  }

  async #record(model: PinnedOllamaModel, files: Entries): Promise<void> {
    const { disk, receipts, receiptStaging } = this.#context;
    await writeReceipt(disk, receiptStaging, join(receipts, receiptName(model)), {
      schema: 'rma.receipt/v1',
      from: modelOrigin(model),
      files,
    });
  }
}

function changed({ ref }: PinnedOllamaModel, { path }: PinnedFile): RmaError {
  return new RmaError('RMA_STORE_CHANGED', `${path} of ${ref} went away while it was being published`, {
    hint: 'run the command again; let Ollama servers on this store run with OLLAMA_NOPRUNE=1',
  });
}
