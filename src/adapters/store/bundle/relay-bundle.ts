import type { BundleManifest } from '../../../core/domain/bundle.ts';
import type { ExtraSources } from '../../../ports/bundles.ts';
import { bundleBytes, extraEntries, withExtras } from './extra-entries.ts';
import { readTar, skipEntry, type TarEntries } from './tar-entries.ts';
import type { FileEntry } from './tar-writer.ts';
import {
  acceptedName,
  asBundleFault,
  expectedEntries,
  readManifest,
  refuseMissing,
} from './unpack-bundle.ts';
import type { BundleParts } from './write-bundle.ts';

interface RelayOptions {
  /** the name of the stream in errors */
  readonly subject: string;
  readonly extras: () => Promise<ExtraSources>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Returns the parts of a bundle that comes as a tar stream, with images and files. */
export async function relayedParts(
  stream: AsyncIterable<Uint8Array>,
  { subject, extras: readExtras, onBytes, signal }: RelayOptions,
): Promise<BundleParts> {
  const tar = readTar(stream, signal);
  try {
    const models = await readManifest(await tar.next(), subject);
    const extras = await readExtras();
    const manifest = withExtras(models, extras);
    const isWritten = async () => false;
    async function* entries(): AsyncGenerator<FileEntry> {
      try {
        yield* extraEntries(extras, { isWritten, onBytes, signal });
        yield* tarEntries(tar, models, { subject, signal });
      } finally {
        // also if the writer stopped before the models
        await tar.stop();
      }
    }
    return { manifest, entries: entries(), totalBytes: bundleBytes(manifest) };
  } catch (error) {
    const fault = asBundleFault(tar.cause(error), subject);
    await tar.stop();
    signal.throwIfAborted();
    throw fault;
  }
}

/** Yields what follows the manifest in a tar stream. @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE exit 6 */
export async function* tarEntries(
  tar: TarEntries,
  manifest: BundleManifest,
  { subject, signal }: Pick<RelayOptions, 'subject' | 'signal'>,
): AsyncGenerator<FileEntry> {
  const left = expectedEntries(manifest);
  const faultOf = (error: unknown) => {
    signal.throwIfAborted();
    return asBundleFault(tar.cause(error), subject);
  };
  try {
    for (let entry = await tar.next(); entry !== null; entry = await tar.next()) {
      const name = acceptedName(entry, left, subject);
      left.delete(name);
      const read = { isStarted: false, faultOf };
      yield { name, bytes: entry.header.size ?? 0, data: started(entry as AsyncIterable<Uint8Array>, read) };
      if (!read.isStarted) await skipEntry(entry, signal);
    }
    refuseMissing(left, manifest, subject);
  } catch (error) {
    throw faultOf(error);
  } finally {
    await tar.stop();
  }
}

async function* started(
  source: AsyncIterable<Uint8Array>,
  read: { isStarted: boolean; readonly faultOf: (error: unknown) => unknown },
): AsyncGenerator<Uint8Array> {
  read.isStarted = true;
  try {
    yield* source;
  } catch (error) {
    throw read.faultOf(error);
  }
}
