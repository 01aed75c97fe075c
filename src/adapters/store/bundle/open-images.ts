import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { extraEntries, imageContentName, imageHashes } from '../../../core/bundle/bundle-extras.ts';
import { formatManifest, MANIFEST_NAME, withoutExtras } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleImage, BundleManifest } from '../../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { fits, noRoomText } from '../../../core/store/room.ts';
import type { OpenImages, OpenWork } from '../../../ports/bundle-files.ts';
import type { Disk } from '../disk/disk.ts';
import { ensureDir } from '../disk/files.ts';
import { freeBytesAt } from '../disk/same-file-system.ts';
import { StoreGuard } from '../disk/store-guard.ts';
import { packArchive } from './image-archive.ts';
import { readBundle } from './read-bundle.ts';
import { tarEntries } from './relay-bundle.ts';
import { readTar } from './tar-entries.ts';
import { type FileEntry, writeEntries } from './tar-writer.ts';
import {
  asBundleFault,
  corruptContent,
  isThere,
  isTruncated,
  readManifest,
  unpackContent,
} from './unpack-bundle.ts';

interface OpenOptions extends OpenWork {
  readonly disk: Disk;
  /** the name of the bundle in errors */
  readonly subject: string;
}

/** Opens the images of a bundle in a directory, from where they are loaded. @throws RmaError as BundleFiles.open */
export async function openDirectoryImages(path: string, options: OpenOptions): Promise<OpenImages> {
  const { disk, signal } = options;
  const manifest = readBundle(path);
  const guard = new StoreGuard([path]);
  const placeOf = (hex: string) => guard.realpath(join(path, imageContentName(hex))) ?? path;
  const { needed, hashes, onBytes } = await choose(manifest, options);
  for (const hex of hashes.keys()) {
    const hash = createHash('sha256');
    for await (const chunk of bytesOf(disk, placeOf(hex))) {
      signal.throwIfAborted();
      hash.update(chunk);
      onBytes(chunk.length);
    }
    const seen = hash.digest('hex');
    if (seen !== hex) throw corruptContent(path, imageContentName(hex), seen);
  }
  return {
    images: manifest.extras?.images ?? [],
    needed,
    bytes: sum(hashes),
    archive: (image) => packArchive(image, hashes, (hex) => bytesOf(disk, placeOf(hex))),
    models: null,
    // what an import of a tar file may have left
    close: () => disk.rm(options.spool, { recursive: true, force: true }),
  };
}

/**
 * Opens the images of a bundle in a tar stream: unpacks those that are needed into the spool directory, verified. What an
 * interrupted run has verified there is kept and not read again.
 * @throws RmaError as BundleFiles.open
 */
export async function openTarImages(
  source: AsyncIterable<unknown>,
  { isStream, ...options }: OpenOptions & { readonly isStream: boolean },
): Promise<OpenImages> {
  const { disk, subject, spool, signal } = options;
  const tar = readTar(source, signal);
  const close = async () => {
    await tar.stop();
    await disk.rm(spool, { recursive: true, force: true });
  };
  try {
    const manifest = await readManifest(await tar.next(), subject);
    const { needed, hashes, onBytes } = await choose(manifest, options);
    if (hashes.size > 0) await requireRoom(disk, spool, hashes);
    const rest = tarEntries(tar, manifest, options);
    const first = await spoolImages(rest, manifest, { ...options, isStream, hashes, onBytes });
    if (!isStream) await rest.return(undefined);
    return {
      images: manifest.extras?.images ?? [],
      needed,
      bytes: sum(hashes),
      archive: (image) => packArchive(image, hashes, (hex) => bytesOf(disk, join(spool, hex))),
      models: isStream ? modelStream(withoutExtras(manifest), { first, rest }) : null,
      close,
    };
  } catch (error) {
    const fault = asBundleFault(tar.cause(error), subject);
    await tar.stop();
    // what is verified serves the next run
    const isResumable = signal.aborted || isTruncated(fault);
    if (!isResumable) await disk.rm(spool, { recursive: true, force: true });
    signal.throwIfAborted();
    throw fault;
  }
}

/** Returns the needed images, and the parts to verify with their sizes. */
async function choose({ extras }: BundleManifest, { choose: chosen, onProgress }: OpenOptions) {
  const needed = await chosen(extras?.images ?? []);
  const sizes = new Map((extras?.contents ?? []).map(({ sha256, bytes }) => [sha256, bytes]));
  const hashes = new Map(
    needed.flatMap((image: BundleImage) =>
      [...imageHashes(image)].map((hex) => [hex, sizes.get(hex) ?? 0] as const),
    ),
  );
  const total = sum(hashes);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress(done, total);
  };
  return { needed, hashes, onBytes };
}

interface SpoolWork extends OpenOptions {
  readonly isStream: boolean;
  readonly hashes: ReadonlyMap<string, number>;
  readonly onBytes: (bytes: number) => void;
}

/** Unpacks images until the first content of a model, which is returned unread; null: nothing was read beyond the images. */
async function spoolImages(
  entries: AsyncGenerator<FileEntry>,
  { extras }: BundleManifest,
  { disk, spool, hashes, isStream, ...work }: SpoolWork,
): Promise<FileEntry | null> {
  const wanted = new Map([...hashes.keys()].map((hex) => [imageContentName(hex), hex]));
  const left = new Set(extraEntries(extras).keys());
  if (wanted.size > 0) await ensureDir(disk, spool);
  // of a path, the rest is not read
  while (isStream ? left.size > 0 : wanted.size > 0) {
    const next = await entries.next();
    if (next.done === true) return null;
    const { name, bytes, data } = next.value;
    if (!left.delete(name)) return next.value;
    const hex = wanted.get(name);
    wanted.delete(name);
    if (hex === undefined || (await isThere(disk, join(spool, hex), bytes))) continue;
    await unpackContent(data, { ...work, disk, name, path: join(spool, hex), hex });
  }
  return null;
}

/** Refuses images that do not fit; those that an interrupted run has unpacked are there. */
async function requireRoom(disk: Disk, spool: string, hashes: ReadonlyMap<string, number>): Promise<void> {
  let bytes = 0;
  for (const [hex, size] of hashes) if (!(await isThere(disk, join(spool, hex), size))) bytes += size;
  const free = await freeBytesAt(spool);
  if (fits(bytes, free)) return;
  throw new RmaError('RMA_STORE_NO_ROOM', noRoomText(bytes, free, 'images'), {
    exitCode: EXIT.doesNotFit,
    hint: `free disk space at ${spool}, where the images are unpacked`,
  });
}

/** Yields a bundle of the models that follow the images in a stream. */
function modelStream(
  manifest: BundleManifest,
  { first, rest }: { readonly first: FileEntry | null; readonly rest: AsyncIterable<FileEntry> },
): AsyncIterable<Uint8Array> {
  async function* text(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(formatManifest(manifest));
  }
  async function* entries(): AsyncGenerator<FileEntry> {
    const bytes = Buffer.byteLength(formatManifest(manifest));
    yield { name: MANIFEST_NAME, bytes, data: text() };
    if (first !== null) yield first;
    yield* rest;
  }
  return writeEntries(pack(), entries());
}

async function* bytesOf(disk: Disk, path: string): AsyncGenerator<Uint8Array> {
  const handle = await disk.open(path, 'r');
  try {
    yield* handle.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
  } finally {
    await handle.close();
  }
}

function sum(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
}
