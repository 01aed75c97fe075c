import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import {
  bundleManifest,
  contentName,
  formatManifest,
  MANIFEST_NAME,
} from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import type { ImportModel } from '../../../core/domain/import.ts';
import type { BundleWork } from '../../../ports/bundles.ts';
import type { Disk } from '../disk/disk.ts';
import { ensureDir, openNew, syncDir, writeAtomic } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { type SourceContent, sha256Of, sourceContent, verifiedBytes } from './bundle-contents.ts';
import { partPath, sweepParts } from './part-files.ts';
import { type FileEntry, writeEntries } from './tar-writer.ts';
import { isThere } from './unpack-bundle.ts';

/** A manifest, and where its files are. */
export interface BundlePlan {
  readonly manifest: BundleManifest;
  /** by sha256 */
  readonly sources: ReadonlyMap<string, SourceContent>;
}

/** Receives the bytes of a tar file. */
export interface TarSink {
  write(chunk: Uint8Array): Promise<void>;
}

/** Returns what goes into a bundle of models; hashes the files of which the source publishes no sha256, which are small. */
export async function planBundle(
  disk: Disk,
  models: readonly ImportModel[],
  signal: AbortSignal,
): Promise<BundlePlan> {
  const hashes = new Map<string, string>();
  const sources = new Map<string, SourceContent>();
  for (const found of models) {
    for (const file of found.model.files) {
      const content = sourceContent(found, file);
      const hex = hashes.get(content.path) ?? (await sha256Of(disk, content, signal));
      hashes.set(content.path, hex);
      if (!sources.has(hex)) sources.set(hex, content);
    }
  }
  const hashOf = (found: ImportModel, path: string) => {
    const file = found.model.files.find((each) => each.path === path);
    return (file && hashes.get(sourceContent(found, file).path)) ?? '';
  };
  return { manifest: bundleManifest(models, hashOf), sources };
}

/** A bundle to write. */
export interface BundleParts {
  readonly manifest: BundleManifest;
  /** everything but the manifest, in its order; a part may be left unread */
  readonly entries: AsyncIterable<FileEntry>;
  /** of the entries */
  readonly totalBytes: number;
}

type WriteWork = Omit<BundleWork, 'onTotal'>;

/** Yields the files of models, each verified while it is read. */
export async function* modelEntries(
  disk: Disk,
  { manifest, sources }: BundlePlan,
  signal: AbortSignal,
): AsyncGenerator<FileEntry> {
  for (const { sha256, bytes } of manifest.contents) {
    const content = sources.get(sha256);
    if (content !== undefined)
      yield { name: contentName(sha256), bytes, data: verifiedBytes(disk, content, signal) };
  }
}

/** Writes a bundle as a directory. Existing files stay. Returns the bytes that were written. */
export async function writeDirectory(
  disk: Disk,
  { manifest, entries }: BundleParts,
  { path: directory, onBytes, signal }: WriteWork & { readonly path: string },
): Promise<number> {
  await ensureDir(disk, join(directory, 'contents'));
  const path = join(directory, MANIFEST_NAME);
  await writeAtomic(disk, { staging: directory, path, text: formatManifest(manifest) });
  let written = 0;
  const folders = new Set([join(directory, 'contents')]);
  for (const folder of [directory, ...folders]) await sweepParts(disk, folder);
  for await (const { name, bytes, data } of entries) {
    signal.throwIfAborted();
    const target = join(directory, name);
    if (isNamedByHash(name) && (await isThere(disk, target, bytes))) {
      onBytes(bytes);
      continue;
    }
    if (!folders.has(dirname(target))) await ensureDir(disk, dirname(target));
    folders.add(dirname(target));
    await writePart(disk, data, { target, onBytes, signal });
    written += bytes;
  }
  for (const folder of folders) await syncDir(disk, folder);
  return written;
}

async function writePart(
  disk: Disk,
  data: AsyncIterable<Uint8Array>,
  { target, onBytes, signal }: WriteWork & { readonly target: string },
): Promise<void> {
  const part = partPath(target);
  const handle = await openNew(disk, part);
  try {
    let at = 0;
    for await (const chunk of data) {
      signal.throwIfAborted();
      at += await writeAll(handle, [chunk], at);
      onBytes(chunk.length);
    }
    await handle.sync();
  } catch (error) {
    await disk.rm(part, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  await disk.rename(part, target);
}

/** Writes a bundle as a tar file, the manifest first. Returns the bytes of its parts. */
export async function writeTar(
  { manifest, entries }: BundleParts,
  { sink, onBytes, signal }: WriteWork & { readonly sink: TarSink },
): Promise<number> {
  let written = 0;
  const counted = (entry: FileEntry): FileEntry => ({
    ...entry,
    data: counting(entry.data, (bytes) => {
      signal.throwIfAborted();
      written += bytes;
      onBytes(bytes);
    }),
  });
  const text = Buffer.from(formatManifest(manifest));
  async function* all(): AsyncGenerator<FileEntry> {
    yield { name: MANIFEST_NAME, bytes: text.length, data: Readable.from([text]) };
    for await (const entry of entries) yield counted(entry);
  }
  for await (const chunk of writeEntries(pack(), all())) await sink.write(chunk);
  return written;
}

async function* counting(
  data: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of data) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** Returns whether a name in a bundle identifies its content: then an existing file is not written again. */
function isNamedByHash(name: string): boolean {
  return /^(?:contents|images)\//.test(name);
}
