import { Readable } from 'node:stream';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { packageRoot } from '../../adapters/data/package-root.ts';
import { FileBundleFiles } from '../../adapters/store/bundle/file-bundle-files.ts';
import { FileBundles } from '../../adapters/store/bundle/file-bundles.ts';
import { layerArchives } from '../../adapters/store/bundle/layer-archives.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { BundleFiles } from '../../ports/bundle-files.ts';
import type { Bundles } from '../../ports/bundles.ts';
import type { ImageArchives } from '../../ports/image-archives.ts';
import type { ProcessIo } from '../process-io.ts';

type Streams = Pick<ProcessIo, 'stdin' | 'stdout'>;

/**
 * Opens what exports bundles of the store in a directory, and imports them. Streams are those of the process, unless the
 * rest of a stream is given that was read in part.
 */
export function openBundles(
  folder: string,
  { stdin, stdout }: Streams,
  rest: AsyncIterable<Uint8Array> | null,
): Bundles {
  const paths = storePaths(folder, {});
  return new FileBundles({
    paths,
    clock: systemClock,
    stdin: rest === null ? stdin : Readable.from(rest),
    stdout,
  });
}

/** Opens what reads and writes images and files in bundles. */
export function openBundleFiles({ stdin, stdout }: Streams): BundleFiles {
  return new FileBundleFiles({ stdin, stdout, installation: packageRoot(import.meta.url) });
}

/** Returns what unpacks archives of images on this machine. */
export function openImageArchives(): ImageArchives {
  return layerArchives;
}
