import type { PinnedFile } from '../../domain/pinned-model.ts';
import { announcedBytes } from '../../hub/announced-bytes.ts';
import {
  bad,
  findZipDirectory,
  readZipDirectory,
  ZIP_END_BYTES,
  type ZipDirectoryPlace,
  type ZipEntry,
} from '../../store/zip-directory.ts';
import { ask, type Dialog, type SourceReply } from '../source.ts';
import { refused } from '../url-head.ts';
import type { ArchivePart } from './releases.ts';

/** Where a file of a bundle is in an archive. */
export interface PinnedArchive {
  readonly url: string;
  /** of the archive */
  readonly bytes: number;
  readonly entry: ZipEntry;
}

/** A file of an archive, with the path in the bundle. */
export interface UnpackedFile {
  readonly file: PinnedFile;
  readonly archive: PinnedArchive;
}

/** Largest directory of an archive, bytes. */
const MAX_DIRECTORY = 1024 * 1024;

/**
 * Returns the files of an archive, of which only its directory is requested.
 * @throws RmaError RMA_CONTENT_BAD_ARCHIVE, RMA_CONTENT_UNSAFE_ARCHIVE (6), RMA_HUB_* (1, 4)
 */
export function* listArchive(part: ArchivePart): Dialog<readonly UnpackedFile[]> {
  const { url, directory, file, md5 } = part;
  const { bytes: tail, archiveBytes } = yield* read(url, `bytes=-${ZIP_END_BYTES}`, ZIP_END_BYTES);
  const place = findZipDirectory({ bytes: tail, archiveBytes, subject: url });
  const entries = readZipDirectory(yield* directoryOf(url, place, { tail, archiveBytes }), place, url);
  if (!entries.some(({ name }) => name === file)) throw bad(url, `it does not contain ${file}`);
  return entries.map((entry) => ({
    file: {
      path: `${directory}/${entry.name}`,
      bytes: entry.bytes,
      digest: entry.name === file ? { algorithm: 'md5', hex: md5 } : null,
    },
    archive: { url, bytes: archiveBytes, entry },
  }));
}

/** Returns the directory: out of the end of the archive that was read, or requested. */
function* directoryOf(
  url: string,
  { offset, bytes }: ZipDirectoryPlace,
  { tail, archiveBytes }: { readonly tail: Uint8Array; readonly archiveBytes: number },
): Dialog<Uint8Array> {
  const start = offset - (archiveBytes - tail.length);
  if (start >= 0) return tail.subarray(start, start + bytes);
  if (bytes > MAX_DIRECTORY) throw bad(url, `its directory is larger than ${MAX_DIRECTORY} bytes`);
  return (yield* read(url, `bytes=${offset}-${offset + bytes - 1}`, bytes)).bytes;
}

function* read(url: string, range: string, maxBytes: number) {
  const reply: SourceReply = yield* ask({ url, headers: { range }, until: 'bytes', maxBytes });
  if (reply.status !== 206 && reply.status !== 200) throw refused({ url }, reply);
  const archiveBytes = announcedBytes(reply);
  const { bytes = new Uint8Array() } = reply;
  // a server without ranges sends everything: that is enough for a small archive only
  if (archiveBytes === null || (reply.status === 200 && bytes.length < archiveBytes))
    throw bad(url, 'its server does not send a part of it');
  return { bytes, archiveBytes };
}
