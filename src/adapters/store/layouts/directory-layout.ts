import { join, sep } from 'node:path';
import type { Digest, PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import { unless } from '../disk/disk.ts';
import { linkRefused } from '../disk/ensure-inside.ts';
import { StatsReader } from '../disk/stats-reader.ts';
import { storeChanged } from '../disk/store-changed.ts';
import type { AdoptOptions, ReceiptFiles, VerifyOptions } from '../receipts/receipt-store.ts';
import {
  entryOf,
  isIntact,
  isSameContent,
  isUnchanged,
  type Receipt,
  type ReceiptFile,
  receiptEntry,
} from '../receipts/receipts.ts';
import { cacheDirectories } from './cache-directories.ts';
import { LayoutWriter } from './layout-writer.ts';
import { type PlacedFile, placeFiles } from './place-files.ts';
import { isTaken, type OwnedDirectory, refuseTaken } from './taken-names.ts';

interface Source extends PlacedFile {
  readonly digest: Digest;
}

/** Where files of a model are adopted from. */
interface Adoption extends OwnedDirectory {
  readonly caches: readonly string[];
  readonly verify: VerifyOptions;
}

/** A model of files in a directory. */
export interface DirectoryModel extends PinnedModel {
  /** true if `files` is everything that the directory should have of the model */
  readonly complete: boolean;
}

/** Models as plain directories: their files under their own names. */
export abstract class DirectoryLayout<M extends DirectoryModel> extends LayoutWriter<M> {
  check(model: M): ModelCheck {
    const stats = new StatsReader(this.context.guard);
    const entries = this.receipts.entries(model);
    const folder = this.#folder(model);
    const missing = model.files.filter(
      (file) => !isIntact(file, stats.fileStats(join(folder, file.path)), entryOf(entries, file.path)),
    );
    return this.summarize(model, missing, true);
  }

  /** Adopts files in place and in the caches of the source's own tools; `publish` links the latter into place. */
  async adopt(model: M, options: AdoptOptions): Promise<readonly PinnedFile[]> {
    await this.receipts.recoverAll(model, (path) => join(this.#folder(model), path));
    const { missing } = this.check(model);
    const own = this.receipts.entries(model);
    const adoption = await this.#adoption(model, options);
    const adopted: Record<string, ReceiptFile> = {};
    const taken: string[] = [];
    for (const file of missing) {
      const { path } = file;
      // without a published hash, the hash of the first download is used
      const wanted = { ...file, digest: file.digest ?? entryOf(own, path)?.digest ?? null };
      const entry = await this.#adoptFile(wanted, adoption);
      if (entry === 'taken') taken.push(path);
      else if (entry !== null) adopted[path] = entry;
    }
    if (Object.keys(adopted).length > 0) await this.receipts.record(model, { ...own, ...adopted });
    refuseTaken(model, adoption.folder, taken);
    return missing.filter((file) => !Object.hasOwn(adopted, file.path));
  }

  /** Publishes files, removes those that the revision no longer has, then writes the receipt. */
  async publish(model: M, staged: ReadonlyMap<PinnedFile, StagedFile>, staging: string): Promise<void> {
    const { disk } = this.context;
    const before = this.receipts.entries(model);
    const folder = await this.#writableDirectory(model);
    const sources = await this.#sources(model, staged, before);
    await this.#refuseOthers(model, folder, sources);
    let placed: ReceiptFiles = {};
    const onReady = async (ready: string) => {
      placed = this.#placedEntries(model, sources, ready);
      await this.receipts.recordPending(model, placed);
    };
    await placeFiles({ disk, folder, staging, files: sources, onReady });
    if (model.complete) await this.#removeStale(model, folder);
    const wanted = new Set(model.files.map(({ path }) => path));
    const entries = Object.entries({ ...before, ...placed });
    const kept = entries.filter(([path]) => !model.complete || wanted.has(path));
    await this.receipts.record(model, Object.fromEntries(kept));
  }

  /** Returns files that the model does not need any more, unless they are among its files. */
  protected abstract staleEntries(
    model: M,
  ): Promise<readonly (readonly [path: string, entry: ReceiptFile])[]>;

  protected places(model: M, file: PinnedFile): readonly string[] {
    return [join(this.#folder(model), file.path)];
  }

  async #adoption(model: M, options: AdoptOptions): Promise<Adoption> {
    const { disk } = this.context;
    const receipts = await this.receipts.besides(model);
    const known = receipts.flatMap(({ files }) => Object.values(files));
    const caches = await cacheDirectories(disk, this.root, model);
    return { disk, folder: this.#folder(model), receipts, caches, verify: { ...options, known } };
  }

  /** Returns the entry of a file that is in place or in a cache, `taken` if another file of the user has its name, else null. */
  async #adoptFile(file: PinnedFile, adoption: Adoption): Promise<ReceiptFile | 'taken' | null> {
    const { folder, receipts, caches, verify } = adoption;
    const entry = await this.receipts.verify(file, join(folder, file.path), verify);
    if (entry !== null) return isOurs(file, receipts) ? entry : { ...entry, foreign: true };
    // without a hash, the content is compared after the download
    if (file.digest !== null && (await isTaken(adoption, file.path))) return 'taken';
    for (const cache of caches) {
      const cached = await this.receipts.verify(file, join(cache, file.path), verify);
      if (cached !== null) return cached;
    }
    return null;
  }

  #folder(model: M): string {
    return join(this.root, sourceOf(model).store.home(model));
  }

  /** Returns the directory to write to. ModelScope's older tools create a link for a name with dots; other links are refused. */
  async #writableDirectory(model: M): Promise<string> {
    const folder = this.#folder(model);
    const stats = await unless(['ENOENT'], this.context.disk.lstat(folder));
    if (stats?.isSymbolicLink() !== true) return folder;
    const { guard } = this.context;
    const target = guard.realpath(folder);
    if (target?.startsWith(guard.realpath(this.root) + sep) !== true) throw linkRefused(folder);
    return target;
  }

  /** Returns the source of each file that is not in place yet. */
  async #sources(
    model: M,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    entries: ReceiptFiles,
  ): Promise<readonly Source[]> {
    const cacheFolders = await cacheDirectories(this.context.disk, this.root, model);
    return model.files.flatMap((file) => {
      const { path } = file;
      const part = staged.get(file);
      if (part !== undefined) return [{ path, from: part.path, digest: part.digest }];
      const entry = entryOf(entries, path);
      if (!isSameContent(file, entry)) throw storeChanged(model, path);
      if (isUnchanged(this.context.guard.fileStats(join(this.#folder(model), path)), entry)) return [];
      const cacheFolder = cacheFolders.find((folder) =>
        isUnchanged(this.context.guard.fileStats(join(folder, path)), entry),
      );
      // link(2) does not follow links
      const from = cacheFolder === undefined ? null : this.context.guard.realpath(join(cacheFolder, path));
      if (from === null) throw storeChanged(model, path);
      return [{ path, from, digest: entry.digest }];
    });
  }

  /** Returns the entries of the files that are about to be renamed from a directory to their places. */
  #placedEntries(model: M, sources: readonly Source[], ready: string): ReceiptFiles {
    const { guard, now } = this.context;
    const entries = sources.map(({ path, digest }) => {
      const stats = guard.fileStats(join(ready, path));
      if (stats === null) throw storeChanged(model, path);
      return [path, receiptEntry(stats, digest, now())] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Refuses to replace files of the user with other content, which may have appeared since they were adopted. */
  async #refuseOthers(model: M, folder: string, sources: readonly Source[]): Promise<void> {
    const { disk, guard } = this.context;
    const directory = { disk, folder, receipts: await this.receipts.besides(model) };
    const taken: string[] = [];
    for (const { path, digest } of sources) {
      if (!(await isTaken(directory, path))) continue;
      const stats = guard.fileStats(join(folder, path));
      const file = { path, bytes: Number(stats?.size ?? 0), digest };
      if ((await this.receipts.verify(file, join(folder, path))) === null) taken.push(path);
    }
    refuseTaken(model, folder, taken);
  }

  /** Removes stale files: only files that rma wrote according to a receipt and that are unchanged since. */
  async #removeStale(model: M, folder: string): Promise<void> {
    const { disk, guard } = this.context;
    const wanted = new Set(model.files.map(({ path }) => path));
    for (const [path, entry] of await this.staleEntries(model)) {
      if (wanted.has(path) || entry.foreign === true || pathFault(path) !== null) continue;
      const place = join(folder, path);
      if (isUnchanged(guard.fileStats(place), entry)) await disk.rm(place, { force: true });
    }
  }
}

/** Returns whether, according to a receipt, rma itself wrote this content under this name. */
function isOurs(file: PinnedFile, receipts: readonly Receipt[]): boolean {
  return receipts.some(({ files }) => {
    const entry = entryOf(files, file.path);
    return isSameContent(file, entry) && entry.foreign !== true;
  });
}
