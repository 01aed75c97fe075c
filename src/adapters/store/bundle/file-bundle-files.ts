import type { Readable, Writable } from 'node:stream';
import { withoutExtras } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleFiles, ExtraWork, OpenImages, OpenWork } from '../../../ports/bundle-files.ts';
import type { BundlePlace, BundleTarget, ExtraFile, WrittenBundle } from '../../../ports/bundles.ts';
import { realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { isDirectory, isInDirectory, tarOf } from './bundle-place.ts';
import { extraBytes, extraEntries, withExtras } from './extra-entries.ts';
import { describeArchive } from './image-archive.ts';
import { openDirectoryImages, openTarImages } from './open-images.ts';
import { ownPackage } from './own-package.ts';
import { readBundle } from './read-bundle.ts';
import { relayedParts } from './relay-bundle.ts';
import { writeTarget } from './write-target.ts';

export interface BundleFilesOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** directory of the installation of rma */
  readonly installation: string;
}

type RelayWork = Parameters<BundleFiles['relay']>[2];

/** The parts of bundles that no store has, on the file systems of this machine. */
export class FileBundleFiles implements BundleFiles {
  readonly #options: BundleFilesOptions;

  constructor(options: BundleFilesOptions) {
    this.#options = options;
  }

  async describe(reference: string, archive: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    return describeArchive(archive, reference, signal);
  }

  async ownPackage(): Promise<ExtraFile> {
    const { installation } = this.#options;
    return onDisk(installation, () => ownPackage(realDisk, installation));
  }

  async complete(directory: string, { extras, ...work }: ExtraWork): Promise<WrittenBundle> {
    return onDisk(directory, async () => {
      const manifest = withExtras(withoutExtras(readBundle(directory)), extras);
      const isWritten = (name: string, bytes: number) => isInDirectory(directory, name, bytes);
      const entries = extraEntries(extras, { ...work, isWritten });
      const target = { kind: 'directory', path: directory } as const;
      const { stdout } = this.#options;
      const parts = { manifest, entries, totalBytes: extraBytes(manifest) };
      const writtenBytes = await writeTarget(realDisk, parts, { ...work, target, stdout });
      return { manifest, writtenBytes };
    });
  }

  async relay(
    stream: AsyncIterable<Uint8Array>,
    target: Exclude<BundleTarget, { readonly kind: 'directory' }>,
    { extras, ...work }: RelayWork,
  ): Promise<WrittenBundle> {
    return onDisk(target.kind === 'tar' ? target.path : 'stdout', async () => {
      const subject = 'the stream of the worker container';
      const parts = await relayedParts(stream, { ...work, subject, extras });
      const { stdout } = this.#options;
      return {
        manifest: parts.manifest,
        writtenBytes: await writeTarget(realDisk, parts, { ...work, target, stdout }),
      };
    });
  }

  async open(place: BundlePlace, work: OpenWork): Promise<OpenImages> {
    const subject = place.kind === 'path' ? place.path : 'stdin';
    const options = { ...work, disk: realDisk, subject };
    return onDisk(place.kind === 'path' ? place.path : work.spool, async () => {
      if (place.kind === 'stdin') return openTarImages(this.#options.stdin, { ...options, isStream: true });
      if (await isDirectory(place.path)) return openDirectoryImages(place.path, options);
      return openTarImages(await tarOf(place.path), { ...options, isStream: false });
    });
  }
}
