import type { Readable, Writable } from 'node:stream';
import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import type { ImportModel } from '../../../core/domain/import.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { fits, noRoomText } from '../../../core/store/room.ts';
import type {
  BundlePlace,
  Bundles,
  BundleTarget,
  BundleWork,
  ExtraSources,
  OpenBundle,
  WrittenBundle,
} from '../../../ports/bundles.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { freeBytesAt } from '../disk/same-file-system.ts';
import { guardOf } from '../disk/store-guard.ts';
import { isDirectory, isInDirectory, tarOf } from './bundle-place.ts';
import { extraEntries, withExtras } from './extra-entries.ts';
import { gatherBundle } from './gather-bundle.ts';
import type { FileEntry } from './tar-writer.ts';
import { isTruncated, unpackBundle } from './unpack-bundle.ts';
import { unpackFolder } from './unpack-folder.ts';
import { modelEntries, planBundle } from './write-bundle.ts';
import { writeTarget } from './write-target.ts';

export interface BundleOptions {
  /** the store that bundles are imported into */
  readonly paths: StorePaths;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly disk?: Disk;
}

type OpenWork = Parameters<Bundles['open']>[1];

/** Bundles on the file systems of this machine. */
export class FileBundles implements Bundles {
  readonly #options: BundleOptions;
  readonly #disk: Disk;

  constructor(options: BundleOptions) {
    this.#options = options;
    this.#disk = guardedDisk(options.disk ?? realDisk, guardOf(options.paths));
  }

  async write(
    models: readonly ImportModel[],
    target: BundleTarget,
    { extras, ...work }: BundleWork & { readonly extras: ExtraSources },
  ): Promise<WrittenBundle> {
    const place = target.kind === 'stdout' ? 'stdout' : target.path;
    const { signal } = work;
    return onDisk(place, async () => {
      const plan = await planBundle(this.#disk, models, signal);
      const manifest = withExtras(plan.manifest, extras);
      const isWritten = async (name: string, bytes: number) =>
        target.kind === 'directory' && isInDirectory(target.path, name, bytes);
      const disk = this.#disk;
      async function* entries(): AsyncGenerator<FileEntry> {
        yield* extraEntries(extras, { isWritten, signal });
        yield* modelEntries(disk, plan, signal);
      }
      const parts = { manifest, entries: entries() };
      const writtenBytes = await writeTarget(disk, parts, { ...work, target, stdout: this.#options.stdout });
      return { manifest, writtenBytes };
    });
  }

  async open(place: BundlePlace, work: OpenWork): Promise<OpenBundle> {
    const subject = place.kind === 'path' ? place.path : 'stdin';
    let unpacked: string | null = null;
    const close = async (): Promise<void> => {
      if (unpacked !== null) await this.#disk.rm(unpacked, { recursive: true, force: true });
    };
    let total = 0;
    let done = 0;
    const prepare = async (manifest: BundleManifest) => {
      unpacked = unpackFolder(this.#options.paths.state, manifest);
      const { needed, bytes } = await this.#needed(manifest, unpacked, work);
      total = bytes;
      return { directory: unpacked, needed };
    };
    const onBytes = (bytes: number) => {
      done += bytes;
      work.onProgress(done, total);
    };
    try {
      const { manifest, directory } = await onDisk(subject, async () => {
        const options = { disk: this.#disk, subject, prepare, onBytes, signal: work.signal };
        if (place.kind === 'path' && (await isDirectory(place.path)))
          return gatherBundle(place.path, options);
        return unpackBundle(place.kind === 'path' ? await tarOf(place.path) : this.#options.stdin, options);
      });
      const models = bundledModels(manifest, directory);
      return { source: { kind: 'bundle', directory, models, rejected: [] }, close };
    } catch (error) {
      // after Ctrl-C or an early end the next import continues with what is verified
      if (!work.signal.aborted && !isTruncated(error)) await close();
      throw error;
    }
  }

  /** Returns the contents of the models that the store needs. @throws RmaError RMA_STORE_NO_ROOM (5) */
  async #needed(
    manifest: BundleManifest,
    directory: string,
    { isNeeded }: OpenWork,
  ): Promise<{ readonly needed: ReadonlySet<string>; readonly bytes: number }> {
    const needed = new Set<string>();
    for (const [at, found] of bundledModels(manifest, directory).entries()) {
      if (!(await isNeeded(found))) continue;
      for (const { sha256 } of manifest.models[at]?.files ?? []) needed.add(sha256);
    }
    const bytes = manifest.contents.reduce(
      (sum, each) => sum + (needed.has(each.sha256) ? each.bytes : 0),
      0,
    );
    const free = await freeBytesAt(directory);
    if (fits(bytes, free)) return { needed, bytes };
    throw new RmaError('RMA_STORE_NO_ROOM', noRoomText(bytes, free), {
      exitCode: EXIT.doesNotFit,
      hint: 'free disk space on the file system of the store, or use another directory: --dest DIR',
    });
  }
}
