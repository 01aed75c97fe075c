import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import { readJson } from '../../../core/schema/parse.ts';
import type { PinnedHfModel } from '../../../core/source/huggingface.ts';
import type { RepositoryRef } from '../../../core/source/repository.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { ensureDir, syncDir } from '../disk/files.ts';
import { severalAtOnce } from '../disk/several-at-once.ts';
import { StatsReader } from '../disk/stats-reader.ts';
import { storeChanged } from '../disk/store-changed.ts';
import type { AdoptOptions, VerifyOptions } from '../receipts/receipt-store.ts';
import {
  entryOf,
  isIntact,
  isSameContent,
  isUnchanged,
  type ReceiptFile,
  receiptEntry,
} from '../receipts/receipts.ts';
import { placeLinks } from './hf-links.ts';
import { repoDirectory, writeRef, writeTree } from './hf-records.ts';
import { LayoutWriter } from './layout-writer.ts';
import { recallHf } from './recall-hf.ts';

/**
 * The native Hugging Face hub cache: `models--org--name/{blobs,refs,snapshots,trees}`. Blobs are named by the hub's
 * hash, snapshots contain relative links, refs contain 40 hex digits without a newline.
 */
export class HfLayout extends LayoutWriter<PinnedHfModel> {
  check(model: PinnedHfModel): ModelCheck {
    const stats = new StatsReader(this.context.guard);
    const entries = this.receipts.entries(model);
    const snapshot = this.#snapshot(model);
    const missing = model.files.filter(
      (file) => !isIntact(file, stats.fileStats(`${snapshot}/${file.path}`), entryOf(entries, file.path)),
    );
    return this.summarize(model, missing, missing.length === 0 && this.#isReadable(model));
  }

  async adopt(model: PinnedHfModel, options: AdoptOptions): Promise<readonly PinnedFile[]> {
    const { missing } = this.check(model);
    // content that was verified for any commit of the repository is not read again
    const known = (await this.receipts.besides(model)).flatMap(({ files }) => Object.values(files));
    const adopted: Record<string, ReceiptFile> = {};
    for (const file of missing) {
      const entry = await this.#adoptFile(model, file, { ...options, known });
      if (entry !== null) adopted[file.path] = entry;
    }
    if (Object.keys(adopted).length > 0) {
      await this.receipts.record(model, { ...this.receipts.entries(model), ...adopted });
    }
    return missing.filter((file) => !Object.hasOwn(adopted, file.path));
  }

  /** Publishes blobs, then links, then refs: readers see either the old state or complete files. */
  async publish(
    model: PinnedHfModel,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    staging: string,
  ): Promise<void> {
    const { disk, now } = this.context;
    const repo = join(this.root, repoDirectory(model.repo));
    await createRepo(disk, repo, staging);
    const entries: Record<string, ReceiptFile> = { ...this.receipts.entries(model) };
    // files of the same content share one staging file
    const blobs = new Map(
      [...staged.values()].map(({ path, digest }) => [path, join(repo, 'blobs', digest.hex)]),
    );
    await severalAtOnce(blobs, async ([path, blob]) => {
      if (!(await moveStaged(disk, path, blob))) throw storeChanged(model, path);
    });
    for (const [file, { path, digest }] of staged) {
      const stats = this.context.guard.fileStats(blobs.get(path) ?? '');
      if (stats !== null) entries[file.path] = receiptEntry(stats, digest, now());
    }
    if (staged.size > 0) await syncDir(disk, join(repo, 'blobs'));
    const unlinked = model.files.filter((file) => this.#needsLink(model, file, entryOf(entries, file.path)));
    const targets = unlinked.map((file) => ({
      path: file.path,
      blob: entryOf(entries, file.path)?.digest.hex ?? '',
    }));
    await placeLinks({ disk, repo, commit: model.commit, staging, targets });
    await writeTree(disk, { repo, model, staging });
    await writeRef(disk, { repo, model, staging });
    await this.receipts.record(model, entries);
  }

  async recall(ref: RepositoryRef): Promise<PinnedHfModel | null> {
    const recorded = (repo: string, commit: string): ReadonlySet<string> => {
      const snapshot = { source: ref.source, ref: '', files: [], repo, commit };
      return new Set(Object.keys(this.receipts.entries(snapshot)));
    };
    return recallHf({ root: this.root, context: this.context, recorded }, ref);
  }

  protected places(model: PinnedHfModel, file: PinnedFile): readonly string[] {
    const blob = join(this.root, repoDirectory(model.repo), 'blobs', file.digest?.hex ?? '');
    return [join(this.#snapshot(model), file.path), blob];
  }

  #snapshot(model: PinnedHfModel): string {
    return join(this.root, repoDirectory(model.repo), 'snapshots', model.commit);
  }

  /** Returns whether readers find the snapshot by branch and commit. A branch that another tool updated is left alone. */
  #isReadable(model: PinnedHfModel): boolean {
    const repo = join(this.root, repoDirectory(model.repo));
    const { guard } = this.context;
    const listing = guard.readText(join(repo, 'trees', `${model.commit}.json`));
    // its format may be newer than this rma
    if (listing === null || readJson(listing) === undefined) return false;
    if (model.revision === model.commit) return true;
    const commit = guard.readText(join(repo, 'refs', model.revision));
    return (
      commit !== null &&
      /^[0-9a-f]{40}$/.test(commit) &&
      guard.realpath(join(repo, 'snapshots', commit)) !== null
    );
  }

  async #adoptFile(
    model: PinnedHfModel,
    file: PinnedFile,
    options: VerifyOptions,
  ): Promise<ReceiptFile | null> {
    for (const path of this.places(model, file)) {
      const entry = await this.receipts.verify(file, path, options);
      if (entry !== null) return entry;
    }
    return null;
  }

  #needsLink(model: PinnedHfModel, file: PinnedFile, entry: ReceiptFile | undefined): boolean {
    if (!isSameContent(file, entry)) throw storeChanged(model, file.path);
    return !isUnchanged(this.context.guard.fileStats(join(this.#snapshot(model), file.path)), entry);
  }
}

/** Creates the four directories of a repository by one rename, so that scanners never see an incomplete one. */
async function createRepo(disk: Disk, repo: string, staging: string): Promise<void> {
  const folders = ['blobs', 'refs', 'snapshots', 'trees'];
  if ((await unless(['ENOENT'], disk.lstat(repo))) === null) {
    const temp = join(staging, `${randomUUID()}.repo`);
    for (const name of folders) await ensureDir(disk, join(temp, name));
    const moved = await unless(
      ['EEXIST', 'ENOTEMPTY'],
      disk.rename(temp, repo).then(() => true),
    );
    if (moved === null) await disk.rm(temp, { recursive: true, force: true });
  }
  for (const name of folders) await ensureDir(disk, join(repo, name));
}

/** Returns false if the staged file no longer exists. */
async function moveStaged(disk: Disk, from: string, to: string): Promise<boolean> {
  const moved = await unless(
    ['ENOENT'],
    disk.rename(from, to).then(() => true),
  );
  return moved !== null;
}
