import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { extraEntries } from '../../../core/bundle/bundle-extras.ts';
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
import { entryBytes, isTarFault, readTar, skipEntry, type TarEntry } from './tar-entries.ts';

export interface UnpackOptions {
  readonly disk: Disk;
  /** the name of the stream in errors */
  readonly subject: string;
  /** Returns the directory to unpack into, and the files that are needed; an existing file is skipped. */
  readonly prepare: (manifest: BundleManifest) => Promise<{
    readonly directory: string;
    readonly needed: ReadonlySet<string>;
  }>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Unpacks the needed files of a bundle from a tar stream, whose first entry is the manifest, and verifies each while it
 * is written. Only the names of files in the manifest are accepted, and only regular files, so nothing in the stream
 * leads out of the directory. Returns the manifest and the directory.
 * @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE, RMA_BUNDLE_CORRUPT exit 6
 */
export async function unpackBundle(
  stream: AsyncIterable<unknown>,
  options: UnpackOptions,
): Promise<{ readonly manifest: BundleManifest; readonly directory: string }> {
  const { disk, subject, signal } = options;
  const tar = readTar(stream, signal);
  try {
    const manifest = await readManifest(await tar.next(), subject);
    const { directory, needed } = await options.prepare(manifest);
    await ensureDir(disk, join(directory, 'contents'));
    const left = expectedEntries(manifest);
    for (let next = await tar.next(); next !== null; next = await tar.next()) {
      const name = acceptedName(next, left, subject);
      left.delete(name);
      const hex = contentOf(name);
      const isOpen =
        hex !== null && needed.has(hex) && !(await isThere(disk, join(directory, name), sizeOf(next)));
      if (isOpen) await unpackContent(next, { ...options, name, path: join(directory, name), hex });
      else await skipEntry(next, signal);
    }
    refuseMissing(left, manifest, subject);
    await syncDir(disk, join(directory, 'contents'));
    const text = formatManifest(manifest);
    await writeAtomic(disk, { staging: directory, path: join(directory, MANIFEST_NAME), text });
    return { manifest, directory };
  } catch (error) {
    const fault = asBundleFault(tar.cause(error), subject);
    await tar.stop();
    signal.throwIfAborted();
    throw fault;
  }
}

/** Reads the manifest, which is the first entry. @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE exit 6 */
export async function readManifest(entry: TarEntry | null, subject: string): Promise<BundleManifest> {
  if (entry === null) throw truncatedBundle(subject, 'it is empty');
  const { name, type, size = 0 } = entry.header;
  if (name !== MANIFEST_NAME || type !== 'file')
    throw invalidBundle(
      subject,
      `it starts with ${JSON.stringify(name.slice(0, 60))}, not with ${MANIFEST_NAME}`,
    );
  if (size > MAX_MANIFEST) throw invalidBundle(subject, `its manifest has ${size} bytes`);
  return parseManifest((await entryBytes(entry)).toString('utf8'), subject);
}

/** Returns the size of each entry after the manifest, by its name, in the order of the stream. */
export function expectedEntries(manifest: BundleManifest): Map<string, number> {
  const extras = [...extraEntries(manifest.extras)].map(([name, { bytes }]) => [name, bytes] as const);
  const contents = manifest.contents.map(({ sha256, bytes }) => [contentName(sha256), bytes] as const);
  return new Map([...extras, ...contents]);
}

/** Returns the name of an entry that the manifest lists and that did not come before. @throws RmaError RMA_BUNDLE_INVALID exit 6 */
export function acceptedName(entry: TarEntry, left: ReadonlyMap<string, number>, subject: string): string {
  const { name, type } = entry.header;
  if (type === 'file' && left.get(name) === sizeOf(entry)) return name;
  throw invalidBundle(subject, `it has an unexpected entry ${JSON.stringify(name.slice(0, 80))} (${type})`);
}

function sizeOf({ header }: TarEntry): number {
  return header.size ?? 0;
}

/** @throws RmaError RMA_BUNDLE_INCOMPLETE exit 6 if entries are left */
export function refuseMissing(
  left: ReadonlyMap<string, number>,
  manifest: BundleManifest,
  subject: string,
): void {
  if (left.size === 0) return;
  const count = expectedEntries(manifest).size;
  throw truncatedBundle(subject, `${left.size} of its ${count} files are missing`);
}

/** Returns whether a file is complete: it has its name only after its hash was compared. */
export async function isThere(disk: Disk, path: string, bytes: number): Promise<boolean> {
  const stats = await unless(NO_RECORD, disk.lstat(path));
  return stats?.isFile() === true && stats.size === bytes;
}

interface ContentEntry extends Pick<UnpackOptions, 'disk' | 'subject' | 'onBytes' | 'signal'> {
  /** in the bundle */
  readonly name: string;
  readonly path: string;
  readonly hex: string;
}

/** Writes a file, which gets its name only if its hash is right. @throws RmaError RMA_BUNDLE_CORRUPT exit 6 */
export async function unpackContent(
  entry: AsyncIterable<unknown>,
  { disk, name, path, hex, subject, onBytes, signal }: ContentEntry,
): Promise<void> {
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
  if (seen !== hex) throw corruptContent(subject, name, seen);
  await disk.rename(part, path);
}

/** Returns the error for a file whose sha256 is not the one in its name. */
export function corruptContent(subject: string, name: string, seen: string): RmaError {
  return new RmaError('RMA_BUNDLE_CORRUPT', `${name} in ${subject} is corrupt: its sha256 is ${seen}`, {
    exitCode: EXIT.badContent,
    hint: 'copy or export the bundle again; nothing was imported',
    details: { expected: basename(name), seen },
  });
}

/** Returns whether a bundle ended early: what was verified serves the next import of the same bundle. */
export function isTruncated(fault: unknown): boolean {
  return fault instanceof RmaError && fault.code === 'RMA_BUNDLE_INCOMPLETE';
}

/** Returns the error of the bundle for one of the parser; any other error as it is. */
export function asBundleFault(error: unknown, subject: string): unknown {
  if (error instanceof RmaError || !isTarFault(error)) return error;
  return error.message === 'Unexpected end of data'
    ? truncatedBundle(subject, 'it ends in the middle of a file; further parts may be missing')
    : invalidBundle(subject, 'it is not a tar file, or is corrupt');
}
