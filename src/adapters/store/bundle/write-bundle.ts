import { join } from 'node:path';
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
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, openNew, syncDir, writeAtomic } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { type SourceContent, sha256Of, sourceContent, verifiedBytes } from './bundle-contents.ts';

/** A manifest, and where its contents are. */
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

/** Writes a bundle as a directory. Contents that are there stay. Returns the bytes that were written. */
export async function writeDirectory(
  disk: Disk,
  { manifest, sources }: BundlePlan,
  { path: directory, onBytes, signal }: BundleWork & { readonly path: string },
): Promise<number> {
  await ensureDir(disk, join(directory, 'contents'));
  const path = join(directory, MANIFEST_NAME);
  await writeAtomic(disk, { staging: directory, path, text: formatManifest(manifest) });
  let written = 0;
  for (const { sha256, bytes } of manifest.contents) {
    const content = sources.get(sha256);
    const target = join(directory, contentName(sha256));
    const stats = await unless(NO_RECORD, disk.lstat(target));
    if (content === undefined || (stats?.isFile() === true && stats.size === bytes)) continue;
    await writeContent(disk, content, { target, onBytes, signal });
    written += bytes;
  }
  await syncDir(disk, join(directory, 'contents'));
  return written;
}

async function writeContent(
  disk: Disk,
  content: SourceContent,
  { target, onBytes, signal }: BundleWork & { readonly target: string },
): Promise<void> {
  const part = `${target}.part`;
  await disk.rm(part, { force: true });
  const handle = await openNew(disk, part);
  try {
    let at = 0;
    for await (const chunk of verifiedBytes(disk, content, signal)) {
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

/** Writes a bundle as a tar file, the manifest first. Returns the bytes of its contents. */
export async function writeTar(
  disk: Disk,
  { manifest, sources }: BundlePlan,
  { sink, onBytes, signal }: BundleWork & { readonly sink: TarSink },
): Promise<number> {
  const tar = pack();
  const fill = async (): Promise<void> => {
    const text = formatManifest(manifest);
    tar.entry({ name: MANIFEST_NAME, mtime: EPOCH }, text);
    for (const { sha256, bytes: size } of manifest.contents) {
      const content = sources.get(sha256);
      if (content === undefined) continue;
      const entry = tar.entry({ name: contentName(sha256), size, mtime: EPOCH });
      for await (const chunk of verifiedBytes(disk, content, signal)) {
        if (!entry.write(chunk)) await new Promise<void>((go) => entry.once('drain', () => go()));
        onBytes(chunk.length);
      }
      const closed = new Promise<void>((go) => entry.once('close', () => go()));
      entry.end(null);
      await closed;
    }
    tar.finalize();
  };
  const filled = fill().catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // the fault of the contents, not that of the stream
  filled.catch(() => undefined);
  try {
    for await (const chunk of tar) await sink.write(chunk as Uint8Array);
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    await Promise.race([filled, Promise.reject(error)]);
  }
  await filled;
  return manifest.contents.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The same models give the same bytes. */
const EPOCH = new Date(0);
