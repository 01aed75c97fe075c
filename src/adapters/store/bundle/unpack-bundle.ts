import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Extract, extract } from 'tar-stream';
import {
  contentName,
  contentOf,
  formatManifest,
  invalidBundle,
  MANIFEST_NAME,
  MAX_MANIFEST,
  parseManifest,
  truncatedBundle,
} from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, openNew, syncDir, writeAtomic } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';

/** A file in a tar stream. */
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

export interface UnpackOptions {
  readonly disk: Disk;
  /** the name of the stream in errors */
  readonly subject: string;
  /** Returns the directory to unpack into, and the contents that are needed; a content that is there already is skipped. */
  readonly prepare: (manifest: BundleManifest) => Promise<{
    readonly directory: string;
    readonly needed: ReadonlySet<string>;
  }>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Unpacks the needed contents of a bundle from a tar stream, whose first entry is the manifest, and verifies each while it
 * is written. Only the names of contents of the manifest are accepted, and only regular files, so nothing in the stream
 * leads out of the directory. Returns the manifest and the directory.
 * @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE, RMA_BUNDLE_CORRUPT exit 6
 */
export async function unpackBundle(
  stream: Readable,
  options: UnpackOptions,
): Promise<{ readonly manifest: BundleManifest; readonly directory: string }> {
  const { disk, subject, signal } = options;
  const entries = extract();
  const fed = feed(stream, entries, signal);
  try {
    const iterator = entries[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true) throw truncatedBundle(subject, 'it is empty');
    const manifest = await readManifest(first.value, subject);
    const { directory, needed } = await options.prepare(manifest);
    await ensureDir(disk, join(directory, 'contents'));
    const left = new Map(manifest.contents.map(({ sha256, bytes }) => [sha256, bytes]));
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      const hex = acceptedContent(next.value, left, subject);
      left.delete(hex);
      const target = join(directory, contentName(hex));
      const isOpen = needed.has(hex) && !(await isThere(disk, target, next.value.header.size));
      if (isOpen) await unpackContent(next.value, { ...options, directory, hex });
      else for await (const _ of next.value) signal.throwIfAborted();
    }
    await fed;
    if (left.size > 0)
      throw truncatedBundle(subject, `${left.size} of its ${manifest.contents.length} contents are missing`);
    await syncDir(disk, join(directory, 'contents'));
    const text = formatManifest(manifest);
    await writeAtomic(disk, { staging: directory, path: join(directory, MANIFEST_NAME), text });
    return { manifest, directory };
  } catch (error) {
    entries.destroy(new Error('stopped'));
    await fed.catch(() => undefined);
    signal.throwIfAborted();
    throw error instanceof RmaError || !isTarFault(error) ? error : tarFault(subject, error);
  }
}

/** Feeds a stream into the parser. Rejects with the fault of the source. */
async function feed(stream: Readable, entries: Extract, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of stream) {
      signal.throwIfAborted();
      if (entries.destroyed) return;
      if (!entries.write(Buffer.from(chunk as Uint8Array))) await drained(entries);
    }
    entries.end(null);
  } catch (error) {
    entries.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Waits until the parser takes more, or is destroyed. */
function drained(entries: Extract): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      entries.off('drain', go);
      entries.off('close', go);
      resolve();
    };
    entries.on('drain', go);
    entries.on('close', go);
    if (entries.destroyed) go();
  });
}

async function readManifest(entry: Entry, subject: string): Promise<BundleManifest> {
  const { name, type, size = 0 } = entry.header;
  if (name !== MANIFEST_NAME || type !== 'file')
    throw invalidBundle(
      subject,
      `it starts with ${JSON.stringify(name.slice(0, 60))}, not with ${MANIFEST_NAME}`,
    );
  if (size > MAX_MANIFEST) throw invalidBundle(subject, `its manifest has ${size} bytes`);
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
  return parseManifest(Buffer.concat(chunks).toString('utf8'), subject);
}

/** Returns the sha256 of an entry that the manifest lists and that did not come before. */
function acceptedContent({ header }: Entry, left: ReadonlyMap<string, number>, subject: string): string {
  const { name, type, size } = header;
  const hex = type === 'file' ? contentOf(name) : null;
  if (hex !== null && left.has(hex) && left.get(hex) === size) return hex;
  throw invalidBundle(subject, `it has an unexpected entry ${JSON.stringify(name.slice(0, 80))} (${type})`);
}

/** Returns whether a content is complete: it has its name only after its hash was compared. */
export async function isThere(disk: Disk, path: string, bytes: number): Promise<boolean> {
  const stats = await unless(NO_RECORD, disk.lstat(path));
  return stats?.isFile() === true && stats.size === bytes;
}

interface ContentEntry extends UnpackOptions {
  readonly directory: string;
  readonly hex: string;
}

async function unpackContent(entry: Entry, { disk, directory, hex, subject, onBytes, signal }: ContentEntry) {
  const path = join(directory, contentName(hex));
  const part = `${path}.part`;
  await disk.rm(part, { force: true });
  const handle = await openNew(disk, part);
  const hash = createHash('sha256');
  let at = 0;
  try {
    for await (const chunk of entry) {
      signal.throwIfAborted();
      const bytes = chunk as Uint8Array;
      hash.update(bytes);
      at += await writeAll(handle, [bytes], at);
      onBytes(bytes.length);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const seen = hash.digest('hex');
  if (seen !== hex) throw corruptContent(subject, hex, seen);
  await disk.rename(part, path);
}

/** Returns the error for a content that is not what its name says. */
export function corruptContent(subject: string, hex: string, seen: string): RmaError {
  return new RmaError(
    'RMA_BUNDLE_CORRUPT',
    `${contentName(hex)} in ${subject} is corrupt: its sha256 is ${seen}`,
    {
      exitCode: EXIT.badContent,
      hint: 'copy or export the bundle again; nothing was imported',
      details: { expected: hex, seen },
    },
  );
}

/** The parser has no codes: its errors are those without an errno. */
function isTarFault(error: unknown): boolean {
  return error instanceof Error && !('code' in error);
}

function tarFault(subject: string, error: unknown): RmaError {
  const why = error instanceof Error ? error.message : String(error);
  return why === 'Unexpected end of data'
    ? truncatedBundle(subject, 'it ends in the middle of a file')
    : invalidBundle(subject, why);
}
