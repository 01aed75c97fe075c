import { Readable, type Writable } from 'node:stream';
import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import { partName, splitName } from '../../../core/bundle/part-name.ts';
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
  OpenBundle,
  WrittenBundle,
} from '../../../ports/bundles.ts';
import { type Disk, realDisk, unless } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { freeBytesAt } from '../disk/same-file-system.ts';
import { guardOf, realpathOrNull } from '../disk/store-guard.ts';
import { gatherBundle } from './gather-bundle.ts';
import { fileSink, streamSink } from './tar-sinks.ts';
import { unpackBundle } from './unpack-bundle.ts';
import { unpackFolder } from './unpack-folder.ts';
import { planBundle, writeDirectory, writeTar } from './write-bundle.ts';

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
    work: BundleWork,
  ): Promise<WrittenBundle> {
    const place = target.kind === 'stdout' ? 'stdout' : target.path;
    return onDisk(place, async () => {
      const plan = await planBundle(this.#disk, models, work.signal);
      const { manifest } = plan;
      if (target.kind === 'directory') {
        const writtenBytes = await writeDirectory(this.#disk, plan, { ...work, path: target.path });
        return { manifest, writtenBytes };
      }
      if (target.kind === 'stdout') {
        const sink = streamSink(this.#options.stdout);
        return { manifest, writtenBytes: await writeTar(this.#disk, plan, { ...work, sink }) };
      }
      const sink = await fileSink(this.#disk, target);
      try {
        const writtenBytes = await writeTar(this.#disk, plan, { ...work, sink });
        await sink.finish();
        return { manifest, writtenBytes };
      } catch (error) {
        await sink.discard();
        throw error;
      }
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
        const isDirectory = place.kind === 'path' && (await statOf(place.path))?.isDirectory() === true;
        if (isDirectory) return gatherBundle(place.path, options);
        return unpackBundle(place.kind === 'path' ? await tarOf(place.path) : this.#options.stdin, options);
      });
      const models = bundledModels(manifest, directory);
      return { source: { kind: 'bundle', directory, models, rejected: [] }, close };
    } catch (error) {
      // after Ctrl-C the next import continues with what is verified
      if (!work.signal.aborted) await close();
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

/** Returns the bytes of a tar file, or of all its parts. @throws RmaError RMA_BUNDLE_NOT_FOUND (2) */
async function tarOf(path: string): Promise<Readable> {
  if (splitName(path) === null && (await isFile(path))) return bytesOf(path);
  const name = splitName(path) ?? path;
  if (await isFile(partName(name, 1))) return Readable.from(partsOf(name));
  throw new RmaError('RMA_BUNDLE_NOT_FOUND', `there is no bundle at ${path}`, {
    exitCode: EXIT.usage,
    hint: 'pass the directory or the tar file that rma models bundle export wrote',
  });
}

async function* partsOf(name: string): AsyncGenerator<Uint8Array> {
  for (let part = 1; await isFile(partName(name, part)); part += 1)
    for await (const chunk of await bytesOf(partName(name, part))) yield chunk as Uint8Array;
}

/** Returns the bytes of a file, which may be a link: bundles are outside of the store. */
async function bytesOf(path: string): Promise<Readable> {
  const handle = await realDisk.open(realpathOrNull(path) ?? path, 'r');
  return handle.createReadStream();
}

async function isFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() === true;
}

function statOf(path: string) {
  return unless(['ENOENT'], realDisk.stat(path));
}
