import { createHash } from 'node:crypto';
import { imageContentName } from '../../../core/bundle/bundle-extras.ts';
import type { BundleExtras, BundleManifest } from '../../../core/domain/bundle.ts';
import type { ExtraSources } from '../../../ports/bundles.ts';
import { archiveFiles } from './image-archive.ts';
import type { FileEntry } from './tar-writer.ts';

/** Returns the manifest with what `--images` adds; as it is without anything. */
export function withExtras(manifest: BundleManifest, { files, images }: ExtraSources): BundleManifest {
  if (files.length === 0 && images.length === 0) return manifest;
  const contents = new Map(images.flatMap((each) => each.contents.map((one) => [one.sha256, one] as const)));
  const extras: BundleExtras = {
    files: files.map(({ path, content }) => ({
      path,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
    })),
    images: images.map(({ image }) => image),
    contents: [...contents.values()],
  };
  return { ...manifest, extras };
}

/** Returns the size of what `--images` adds, bytes; parts that images share count once. */
export function extraBytes({ extras }: BundleManifest): number {
  const entries = [...(extras?.files ?? []), ...(extras?.contents ?? [])];
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Returns the size of everything in a bundle but its manifest, bytes. */
export function bundleBytes(manifest: BundleManifest): number {
  return manifest.contents.reduce((sum, { bytes }) => sum + bytes, 0) + extraBytes(manifest);
}

export interface ExtraWork {
  /** Returns whether a part of an image need not be written. */
  readonly isWritten: (name: string, bytes: number) => Promise<boolean>;
  /** receives the bytes of parts that need not be written */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Yields the files, then the parts of the images, each once. An image whose parts are all written is not read again. */
export async function* extraEntries(
  { files, images }: ExtraSources,
  { isWritten, onBytes, signal }: ExtraWork,
): AsyncGenerator<FileEntry> {
  for (const { path, content } of files) yield { name: path, bytes: content.length, data: once(content) };
  const done = new Set<string>();
  for (const { image, contents, open } of images) {
    for (const { sha256, bytes } of contents) {
      if (done.has(sha256) || !(await isWritten(imageContentName(sha256), bytes))) continue;
      done.add(sha256);
      onBytes(bytes);
    }
    if (contents.every(({ sha256 }) => done.has(sha256))) continue;
    for await (const { sha256, bytes, data } of archiveFiles(await open(), image, signal)) {
      if (done.has(sha256)) continue;
      done.add(sha256);
      yield { name: imageContentName(sha256), bytes, data };
    }
  }
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
