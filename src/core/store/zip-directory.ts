import { EXIT, RmaError } from '../errors.ts';
import { pathFault, unsafePath } from './safe-path.ts';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** size of the content */
  readonly bytes: number;
  /** its size in the archive */
  readonly storedBytes: number;
  readonly isDeflated: boolean;
  /** CRC-32 of the content */
  readonly crc32: number;
  /** where its header is in the archive */
  readonly offset: number;
}

/** The end of an archive, which contains its directory. */
export interface ZipTail {
  readonly bytes: Uint8Array;
  /** size of the archive */
  readonly archiveBytes: number;
  /** URL or path of the archive, for errors */
  readonly subject: string;
}

/** Bytes at the end of an archive that contain its end record, with the longest comment. */
export const ZIP_END_BYTES = 22 + 0xffff;

/** Largest content of an archive, bytes: far above that of any model in one. */
const MAX_CONTENT = 4 * 1024 ** 3;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const ENCRYPTED = 0x1;
const STORED = 0;
const DEFLATED = 8;
/** values of fields with two and four bytes that are in a zip64 record instead */
const IN_ZIP64 = { short: 0xffff, long: 0xffff_ffff };
/** types of files in the upper half of the external attributes of an entry from Unix */
const FILE_TYPE = 0o170000;
const REGULAR = [0, 0o100000];

/** Where the directory of an archive is. */
export interface ZipDirectoryPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Returns where the directory of an archive is, by its end.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.16
 * @throws RmaError RMA_CONTENT_BAD_ARCHIVE (6)
 */
export function findZipDirectory({ bytes, archiveBytes, subject }: ZipTail): ZipDirectoryPlace {
  const view = viewOf(bytes);
  for (let at = bytes.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + 22 + view.getUint16(at + 20, true) !== bytes.length) continue;
    const entries = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    if (entries === IN_ZIP64.short || [size, offset].includes(IN_ZIP64.long))
      throw bad(subject, 'its format is zip64');
    const end = archiveBytes - bytes.length + at;
    if (offset + size > end) throw bad(subject, 'its directory is damaged');
    return { offset, bytes: size, entries };
  }
  throw bad(subject, 'it is not a zip archive, or it is truncated');
}

/**
 * Returns the files of an archive, by its directory. Directories are left out.
 * @throws RmaError RMA_CONTENT_BAD_ARCHIVE, RMA_CONTENT_UNSAFE_ARCHIVE (6) for an entry that is no plain file in the directory
 * of the archive, or content of more than 4 GiB
 */
export function readZipDirectory(
  bytes: Uint8Array,
  { entries: count, offset: end }: ZipDirectoryPlace,
  subject: string,
): readonly ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw bad(subject, 'its directory is damaged');
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const [nameBytes = 0] = lengths;
    const name = nameOf(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes), subject);
    const entry = entryAt(view, at, name);
    refuseUnusable(view, at, { entry, end, subject });
    if (!name.endsWith('/')) entries.push(entry);
    at += ENTRY_BYTES + lengths.reduce((sum, length) => sum + length, 0);
  }
  refuseUnsafe(entries, subject);
  return entries;
}

/** Returns the error for an archive that cannot be read. */
export function bad(subject: string, fault: string): RmaError {
  return new RmaError('RMA_CONTENT_BAD_ARCHIVE', `cannot read the archive ${subject}: ${fault}`, {
    exitCode: EXIT.badContent,
    hint: 'run the command again; if it fails again, the archive at its source is damaged',
  });
}

function entryAt(view: DataView, at: number, name: string): ZipEntry {
  return {
    name,
    bytes: view.getUint32(at + 24, true),
    storedBytes: view.getUint32(at + 20, true),
    isDeflated: view.getUint16(at + 10, true) === DEFLATED,
    crc32: view.getUint32(at + 16, true),
    offset: view.getUint32(at + 42, true),
  };
}

/** What is known of an entry that is checked; `end`: where the content of the archive ends. */
interface CheckedEntry {
  readonly entry: ZipEntry;
  readonly end: number;
  readonly subject: string;
}

function refuseUnusable(view: DataView, at: number, { entry, end, subject }: CheckedEntry): void {
  const { name, bytes, storedBytes, offset } = entry;
  const fault = pathFault(name.replace(/\/$/, ''));
  if (fault !== null) throw unsafe(subject, name, fault);
  const type = (view.getUint32(at + 38, true) >>> 16) & FILE_TYPE;
  if (!name.endsWith('/') && !REGULAR.includes(type)) throw unsafe(subject, name, 'it is not a regular file');
  if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) throw bad(subject, `${name} is encrypted`);
  if (![STORED, DEFLATED].includes(view.getUint16(at + 10, true)))
    throw bad(subject, `${name} has an unknown compression method`);
  if ([bytes, storedBytes, offset].includes(IN_ZIP64.long) || offset + storedBytes > end)
    throw bad(subject, `the entry of ${name} is damaged`);
}

/** Refuses names that lead out of the directory, and more content than any model has. */
function refuseUnsafe(entries: readonly ZipEntry[], subject: string): void {
  const found = unsafePath(entries.map(({ name }) => name));
  if (found !== null) throw unsafe(subject, found.path, found.fault);
  let total = 0;
  for (const { name, bytes } of entries) {
    total += bytes;
    if (total > MAX_CONTENT)
      throw unsafe(subject, name, `the archive has more than ${MAX_CONTENT} bytes of content`);
  }
}

function unsafe(subject: string, entry: string, fault: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_UNSAFE_ARCHIVE',
    `unsafe entry ${JSON.stringify(entry)} in the archive ${subject}: ${fault}`,
    {
      exitCode: EXIT.badContent,
      hint: 'do not use this archive; if a mirror is set (hub.github_endpoint), check it',
      details: { archive: subject, entry },
    },
  );
}

function nameOf(bytes: Uint8Array, subject: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw bad(subject, 'a name is not valid UTF-8');
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
