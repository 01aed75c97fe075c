import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';
import type { ArchiveEntry, BundleContent, BundleImage } from '../../../core/domain/bundle.ts';
import { RmaError } from '../../../core/errors.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import { readTar, skipEntry } from './tar-entries.ts';
import { type BundleEntry, writeEntries } from './tar-writer.ts';

/** What is in an archive of `docker save`. */
export interface DescribedArchive {
  readonly archive: readonly ArchiveEntry[];
  /** shared content once */
  readonly contents: readonly BundleContent[];
}

/**
 * Reads the archive of an image and hashes its files. They are the same at each export; only times differ.
 * @throws RmaError RMA_BUNDLE_IMAGE exit 1
 */
export async function describeArchive(
  stream: AsyncIterable<Uint8Array>,
  reference: string,
  signal: AbortSignal,
): Promise<DescribedArchive> {
  const archive: ArchiveEntry[] = [];
  const contents = new Map<string, BundleContent>();
  const tar = readTar(stream, signal);
  try {
    for (let entry = await tar.next(); entry !== null; entry = await tar.next()) {
      const { name, type, linkname } = entry.header;
      if (type === 'directory') {
        await skipEntry(entry, signal);
        continue;
      }
      if (pathFault(name) !== null) throw unusable(reference, `it contains ${JSON.stringify(name)}`);
      if (type === 'symlink') archive.push({ path: name, link: linkname ?? '' });
      if (type !== 'file') {
        await skipEntry(entry, signal);
        continue;
      }
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of entry) {
        signal.throwIfAborted();
        hash.update(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
      }
      const sha256 = hash.digest('hex');
      archive.push({ path: name, sha256 });
      contents.set(sha256, { sha256, bytes });
    }
    return { archive, contents: [...contents.values()] };
  } finally {
    await tar.stop();
  }
}

/** Yields the files of an archive with the hash that they should have, each verified while it is read. */
export async function* archiveFiles(
  stream: AsyncIterable<Uint8Array>,
  { reference, archive }: BundleImage,
  signal: AbortSignal,
): AsyncGenerator<BundleContent & { readonly data: AsyncIterable<Uint8Array> }> {
  const hashes = new Map(archive.flatMap((each) => ('sha256' in each ? [[each.path, each.sha256]] : [])));
  const tar = readTar(stream, signal);
  try {
    for (let entry = await tar.next(); entry !== null; entry = await tar.next()) {
      const sha256 = entry.header.type === 'file' ? hashes.get(entry.header.name) : undefined;
      let isRead = false;
      if (sha256 !== undefined) {
        const source = entry as AsyncIterable<Uint8Array>;
        const data = verified(source, { sha256, reference, onStart: () => (isRead = true) });
        yield { sha256, bytes: entry.header.size ?? 0, data };
      }
      if (!isRead) await skipEntry(entry, signal);
    }
  } finally {
    await tar.stop();
  }
}

/** Yields the archive of an image from its files, as `docker load` reads it. */
export function packArchive(
  { archive }: BundleImage,
  contents: ReadonlyMap<string, number>,
  read: (sha256: string) => AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  async function* entries(): AsyncGenerator<BundleEntry> {
    for (const entry of archive) {
      if ('link' in entry) yield { name: entry.path, link: entry.link };
      else yield { name: entry.path, bytes: contents.get(entry.sha256) ?? 0, data: read(entry.sha256) };
    }
  }
  return writeEntries(pack(), entries());
}

async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly sha256: string; readonly reference: string; readonly onStart: () => void },
): AsyncGenerator<Uint8Array> {
  expected.onStart();
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected.sha256)
    throw unusable(expected.reference, 'the Docker Engine sent different content than before');
}

function unusable(reference: string, why: string): RmaError {
  return new RmaError('RMA_BUNDLE_IMAGE', `cannot export the image ${reference}: ${why}`, {
    hint: 'pull the image again, then run the command again',
  });
}
