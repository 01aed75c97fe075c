import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import type { ImportModel } from '../../../core/domain/import.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type {
  BundlePlace,
  Bundles,
  BundleTarget,
  BundleWork,
  ExtraSources,
  OpenBundle,
  WrittenBundle,
} from '../../../ports/bundles.ts';
import type { Clock } from '../../../ports/clock.ts';
import { bootId } from '../disk/boot-id.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf } from '../disk/store-guard.ts';
import { Leases } from '../lease/lease.ts';
import { isDirectory, isInDirectory, tarOf } from './bundle-place.ts';
import { bundleBytes, extraEntries, withExtras } from './extra-entries.ts';
import { gatherBundle } from './gather-bundle.ts';
import type { FileEntry } from './tar-writer.ts';
import { isTruncated, unpackBundle } from './unpack-bundle.ts';
import { unpackPlace } from './unpack-directory.ts';
import { Unpacking } from './unpacking.ts';
import { modelEntries, planBundle } from './write-bundle.ts';
import { writeTarget } from './write-target.ts';

export interface BundleOptions {
  /** the store that bundles are imported into */
  readonly paths: StorePaths;
  readonly clock: Clock;
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
        yield* extraEntries(extras, { ...work, isWritten });
        yield* modelEntries(disk, plan, signal);
      }
      const parts = { manifest, entries: entries(), totalBytes: bundleBytes(manifest) };
      const writtenBytes = await writeTarget(disk, parts, { ...work, target, stdout: this.#options.stdout });
      return { manifest, writtenBytes };
    });
  }

  async open(place: BundlePlace, work: OpenWork): Promise<OpenBundle> {
    const subject = place.kind === 'path' ? place.path : 'stdin';
    const from = place.kind === 'path' && (await isDirectory(place.path)) ? place.path : null;
    const { clock } = this.#options;
    const unpacking = new Unpacking({ disk: this.#disk, leases: this.#leases(), clock }, work);
    const prepare = (manifest: BundleManifest) =>
      unpacking.begin(manifest, { from, place: unpackPlace(this.#options.paths.state, manifest) });
    const onBytes = (bytes: number) => unpacking.took(bytes);
    try {
      const { manifest, directory } = await onDisk(subject, async () => {
        const options = { disk: this.#disk, subject, prepare, onBytes, signal: unpacking.signal };
        if (from !== null) return gatherBundle(from, options);
        return unpackBundle(place.kind === 'path' ? await tarOf(place.path) : this.#options.stdin, options);
      });
      await unpacking.unpacked();
      const models = bundledModels(manifest, directory);
      const close = () => unpacking.end({ keep: unpacking.signal.aborted });
      return { source: { kind: 'bundle', directory, models, rejected: [] }, close };
    } catch (error) {
      // after Ctrl-C or an early end the next import continues with what is verified
      await unpacking.end({ keep: unpacking.signal.aborted || isTruncated(error) });
      throw error;
    }
  }

  #leases(): Leases {
    const { clock, paths } = this.#options;
    const [dir, staging] = ['leases', 'staging'].map((name) => join(paths.state, name)) as [string, string];
    return new Leases({ disk: this.#disk, clock, dir, staging, boot: bootId() });
  }
}
