import { join, posix } from 'node:path';
import { pack } from 'tar-stream';
import { type ArchivedImage, archivedImage, layerHolder } from '../../../core/docker/image-archive.ts';
import { RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { ImageArchives, UnpackedImage, UnpackRequest } from '../../../ports/image-archives.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { ensureDir, openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { isTarFault, readTar, skipEntry, type TarEntry } from './tar-entries.ts';
import { type FileEntry, writeEntries } from './tar-writer.ts';

/** Unpacks archives of images on the disk of this machine. */
export const layerArchives: ImageArchives = {
  unpack: async (archive, request) => onDisk(request.spool, () => unpack(realDisk, archive, request)),
};

/** A file of the archive that was unpacked. */
interface Unpacked {
  readonly path: string;
  readonly bytes: number;
}

type Files = ReadonlyMap<string, Unpacked>;

async function unpack(
  disk: Disk,
  archive: AsyncIterable<Uint8Array>,
  request: UnpackRequest,
): Promise<UnpackedImage> {
  const { spool, reference, signal } = request;
  const remove = async () => disk.rm(spool, { recursive: true, force: true });
  await remove();
  await ensureDir(disk, spool);
  try {
    const files = await unpackFiles(disk, archive, request);
    const image = await archivedImage(async (name) => textOf(disk, files, name));
    if (image === null) throw unusable(reference);
    const { layers } = image;
    return {
      layers: layers.length,
      bytes: (at) => files.get(layers[at] ?? '')?.bytes ?? 0,
      ids: (at) => layerHolder(image, at + 1).ids,
      archive: (at) =>
        at === layers.length - 1
          ? writeEntries(pack(), filesOf(disk, without(files, layers.slice(0, at))))
          : writeEntries(pack(), holderOf(disk, files, { image, at })),
      remove,
    };
  } catch (error) {
    await remove();
    signal.throwIfAborted();
    throw error;
  }
}

/** Unpacks the files that are needed, by their name in the archive. */
async function unpackFiles(
  disk: Disk,
  archive: AsyncIterable<Uint8Array>,
  { spool, skip, reference, signal }: UnpackRequest,
): Promise<Files> {
  const files = new Map<string, Unpacked>();
  const links = new Map<string, string>();
  const tar = readTar(archive, signal);
  try {
    for (let entry = await tar.next(); entry !== null; entry = await tar.next()) {
      const { name, type, linkname } = entry.header;
      if (type === 'symlink') links.set(name, posix.join(posix.dirname(name), linkname ?? ''));
      if (type === 'file' && !skip.has(layerOf(name))) {
        // the name in the archive is not trusted
        const path = join(spool, String(files.size));
        files.set(name, { path, bytes: await writeEntry(disk, entry, { path, signal }) });
      } else await skipEntry(entry, signal);
    }
  } catch (error) {
    throw isTarFault(tar.cause(error)) ? unusable(reference) : tar.cause(error);
  } finally {
    await tar.stop();
  }
  // engines before 25 write a link for a layer that equals another one
  for (const [name, target] of links) {
    const file = files.get(target);
    if (file !== undefined) files.set(name, file);
  }
  return files;
}

/** Returns the layer in a file of this name (`sha256:…` of its uncompressed content); a text that is none for other files. */
function layerOf(name: string): string {
  return name.replace(/^blobs\/sha256\//, 'sha256:');
}

async function writeEntry(
  disk: Disk,
  entry: TarEntry,
  { path, signal }: Pick<UnpackRequest, 'signal'> & { readonly path: string },
): Promise<number> {
  const handle = await openNew(disk, path);
  let at = 0;
  try {
    for await (const chunk of entry) {
      signal.throwIfAborted();
      const bytes = chunk as Uint8Array;
      at += await writeAll(handle, [bytes], at);
    }
    return at;
  } finally {
    await handle.close();
  }
}

async function textOf(disk: Disk, files: Files, name: string): Promise<string | null> {
  const file = files.get(name);
  return file === undefined ? null : disk.readText(file.path);
}

/** Yields the archive of an image that holds a layer and those below it. Docker does not read those that it has. */
async function* holderOf(
  disk: Disk,
  files: Files,
  { image, at }: { readonly image: ArchivedImage; readonly at: number },
): AsyncGenerator<FileEntry> {
  const layer = image.layers[at] ?? '';
  yield* filesOf(disk, new Map([...files].filter(([name]) => name === layer)));
  for (const [name, text] of layerHolder(image, at + 1).files) yield textEntry(name, text);
}

async function* filesOf(disk: Disk, files: Files): AsyncGenerator<FileEntry> {
  for (const [name, { path, bytes }] of files) yield { name, bytes, data: bytesOf(disk, path) };
}

function without(files: Files, names: readonly string[]): Files {
  return new Map([...files].filter(([name]) => !names.includes(name)));
}

function textEntry(name: string, text: string): FileEntry {
  async function* data(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  return { name, bytes: Buffer.byteLength(text), data: data() };
}

async function* bytesOf(disk: Disk, path: string): AsyncGenerator<Uint8Array> {
  const handle = await disk.open(path, 'r');
  try {
    yield* handle.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
  } finally {
    await handle.close();
  }
}

function unusable(reference: string): RmaError {
  return new RmaError('RMA_IMAGE_ARCHIVE', `cannot read the archive of the image ${reference}`, {
    hint: shell`check it on the host that has it: docker save ${reference} | tar -t`,
  });
}
