import { join } from 'node:path';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { fileLabel } from '../../../core/source/describe-model.ts';
import { storedUrlModel } from '../../../core/source/stored-models.ts';
import { type PinnedUrlModel, unsizedUrlModel } from '../../../core/source/url.ts';
import type { UrlRef } from '../../../core/source/url-reference.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, linkNew, syncDir } from '../disk/files.ts';
import { assertMagic } from '../disk/gguf-magic.ts';
import { hashFile } from '../disk/hash-file.ts';
import { StatsReader } from '../disk/stats-reader.ts';
import { storeChanged } from '../disk/store-changed.ts';
import type { AdoptOptions } from '../receipts/receipt-store.ts';
import {
  entryOf,
  isIntact,
  isSameContent,
  isUnchanged,
  type Receipt,
  type ReceiptFile,
  readReceipts,
  receiptEntry,
  verifiedFiles,
} from '../receipts/receipts.ts';
import { LayoutWriter } from './layout-writer.ts';

/** Flat files by set: `gguf/<set>/<name>`. Contains final names only. */
export class FlatLayout extends LayoutWriter<PinnedUrlModel> {
  check(model: PinnedUrlModel): ModelCheck {
    const stats = new StatsReader(this.context.guard);
    const receipt = this.receipts.receipt(model);
    const missing = model.files.filter((file) => {
      const entry = entryOf(receipt?.files, file.path);
      return (
        !isTrusted(model, file, receipt) || !isIntact(file, stats.fileStats(this.#path(model, file)), entry)
      );
    });
    return this.summarize(model, missing, true);
  }

  async adopt(model: PinnedUrlModel, options: AdoptOptions): Promise<readonly PinnedFile[]> {
    const still: PinnedFile[] = [];
    await this.receipts.recover(model, (path) => join(this.root, model.set, path));
    for (const file of this.check(model).missing) {
      if (!(await this.#adoptFile(model, file, options))) still.push(file);
    }
    return still;
  }

  async publish(model: PinnedUrlModel, staged: ReadonlyMap<PinnedFile, StagedFile>): Promise<void> {
    const { disk } = this.context;
    await ensureDir(disk, join(this.root, model.set));
    for (const [file, part] of staged) {
      await this.#recordPending(model, file, part);
      await this.#place(model, file, part);
      await syncDir(disk, join(this.root, model.set));
      await this.#record(model, file, part.digest);
    }
  }

  async recall(ref: UrlRef): Promise<PinnedUrlModel | null> {
    const unsized = unsizedUrlModel(ref);
    const receipt = this.receipts.receipt(unsized);
    return receipt?.from === unsized.url ? storedUrlModel(ref, verifiedFiles(receipt)) : null;
  }

  protected places(model: PinnedUrlModel, file: PinnedFile): readonly string[] {
    return [this.#path(model, file)];
  }

  #path(model: PinnedUrlModel, file: PinnedFile): string {
    return join(this.root, model.set, file.path);
  }

  /** Adopts an existing file with the right content; a file with other content is never overwritten. */
  async #adoptFile(model: PinnedUrlModel, file: PinnedFile, options: AdoptOptions): Promise<boolean> {
    const path = this.#path(model, file);
    const receipt = this.receipts.receipt(model);
    if (this.context.guard.fileStats(path) === null) {
      if ((await unless(['ENOENT', 'ENOTDIR'], this.context.disk.lstat(path))) === null) {
        return this.#linkTwin(model, file);
      }
      // a link out of the store, a directory or a pipe
      throw nameTaken(model, path, null);
    }
    const algorithm = file.digest?.algorithm ?? 'sha256';
    const expected = { bytes: file.bytes, algorithm };
    const real = this.context.guard.realpath(path) ?? path;
    const hex = await hashFile(this.context.disk, real, { expected, ...options });
    const wanted = file.digest?.hex ?? entryOf(receipt?.files, file.path)?.digest.hex;
    if (hex !== null && hex === wanted && isTrusted(model, file, receipt)) {
      await assertMagic(this.context.disk, real, { name: file.path, label: fileLabel(model, file) });
      await this.#record(model, file, { algorithm, hex });
      return true;
    }
    if (!isOurs(model, file, receipt)) throw nameTaken(model, path, receipt);
    return false;
  }

  /** Links the same content from another set, so that it is stored once. */
  async #linkTwin(model: PinnedUrlModel, file: PinnedFile): Promise<boolean> {
    const { disk, receipts } = this.context;
    const { digest } = file;
    const sets = digest === null ? null : await unless(NO_RECORD, disk.readdir(join(receipts, 'gguf')));
    if (digest === null || sets === null) return false;
    for (const set of sets) {
      const twin = twinOf(file, set, await readReceipts(disk, join(receipts, 'gguf', set)));
      if (
        twin === null ||
        !isUnchanged(this.context.guard.fileStats(join(this.root, twin.place)), twin.entry)
      )
        continue;
      const from = join(this.root, twin.place);
      await assertMagic(disk, this.context.guard.realpath(from) ?? from, {
        name: file.path,
        label: fileLabel(model, file),
      });
      await ensureDir(disk, join(this.root, model.set));
      await this.#recordPending(model, file, { path: from, digest });
      const linked = await unless(
        ['ENOENT', 'EEXIST', 'EPERM', 'ENOTSUP', 'EMLINK', 'EXDEV'],
        disk.link(from, this.#path(model, file)).then(() => true),
      );
      if (linked === null) continue;
      await syncDir(disk, join(this.root, model.set));
      await this.#record(model, file, digest);
      return true;
    }
    return false;
  }

  /** Publishes a file by link(2), which never overwrites; replaces an old version of the same model. */
  async #place(model: PinnedUrlModel, file: PinnedFile, { path: staged, digest }: StagedFile): Promise<void> {
    const { disk } = this.context;
    const path = this.#path(model, file);
    if (this.context.guard.fileStats(path) !== null) {
      const receipt = this.receipts.receipt(model);
      if (!isOurs(model, file, receipt)) throw nameTaken(model, path, receipt);
      return disk.rename(staged, path);
    }
    const outcome = await linkNew(disk, staged, path);
    if (outcome === 'impossible') return disk.rename(staged, path);
    if (outcome === 'taken') {
      const expected = { bytes: file.bytes, algorithm: file.digest?.algorithm ?? 'sha256' } as const;
      const seen = await hashFile(disk, path, { expected });
      if (seen !== digest.hex) throw nameTaken(model, path, this.receipts.receipt(model));
    }
    await disk.rm(staged, { force: true });
  }

  /** Records a file that is about to get its final name: after a kill before its receipt it would look like one of the user. */
  async #recordPending(model: PinnedUrlModel, file: PinnedFile, { path, digest }: StagedFile): Promise<void> {
    const stats = this.context.guard.fileStats(path);
    if (stats === null) throw storeChanged(model, file.path);
    await this.receipts.recordPending(model, {
      [file.path]: receiptEntry(stats, digest, this.context.now()),
    });
  }

  async #record(model: PinnedUrlModel, file: PinnedFile, digest: ReceiptFile['digest']): Promise<void> {
    const stats = this.context.guard.fileStats(this.#path(model, file));
    if (stats === null) return;
    const entry = receiptEntry(stats, digest, this.context.now());
    const receipt = this.receipts.receipt(model);
    const others = receipt?.from === model.url ? receipt.files : {};
    await this.receipts.record(model, { ...others, [file.path]: entry });
  }
}

/** Returns whether the expected hash is known: published, or that of the first download from the same URL. */
function isTrusted(model: PinnedUrlModel, file: PinnedFile, receipt: Receipt | null): boolean {
  return file.digest !== null || receipt?.from === model.url;
}

/** Returns whether the file is an earlier version of the same model, which may be replaced. */
function isOurs(model: PinnedUrlModel, file: PinnedFile, receipt: Receipt | null): boolean {
  if (receipt === null) return false;
  const entry = entryOf(receipt.files, file.path);
  return receipt.from === model.url || (entry !== undefined && entry.digest.hex === file.digest?.hex);
}

function twinOf(
  file: PinnedFile,
  set: string,
  receipts: readonly Receipt[],
): { readonly place: string; readonly entry: ReceiptFile } | null {
  for (const { files } of receipts) {
    for (const [name, entry] of Object.entries(files)) {
      if (isSameContent(file, entry)) return { place: join(set, name), entry };
    }
  }
  return null;
}

function nameTaken(model: PinnedUrlModel, path: string, receipt: Receipt | null): RmaError {
  const owner = receipt === null ? 'a file that was not written by rma' : receipt.from;
  return new RmaError(
    'RMA_STORE_NAME_TAKEN',
    `cannot store ${model.url} as ${path}: the name is taken by ${owner} with different content`,
    {
      exitCode: EXIT.badContent,
      hint: 'choose another name: add #as=NAME.gguf (or &as=NAME.gguf) to the reference',
      details: { path, owner, wanted: model.url },
    },
  );
}
