import { join } from 'node:path';
import { contentName } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import type { Disk } from '../disk/disk.ts';
import { StoreGuard } from '../disk/store-guard.ts';
import { canLink } from '../import/place-content.ts';
import { isThere } from './unpack-bundle.ts';

export interface ImportedContents {
  /** sha256 of the content that the store needs */
  readonly needed: ReadonlySet<string>;
  /** where they are unpacked */
  readonly directory: string;
  /** directory of the bundle; null: a tar file or stream */
  readonly from: string | null;
}

/** Bytes that an import reads, and those of them for which it needs space. */
export interface ImportSpace {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/**
 * Returns what an import has still to do: content that an interrupted import has unpacked is not read again, and files that
 * can be hard-linked need no space.
 */
export async function importSpace(
  disk: Disk,
  { contents }: BundleManifest,
  { needed, directory, from }: ImportedContents,
): Promise<ImportSpace> {
  const guard = from === null ? null : new StoreGuard([from]);
  let readBytes = 0;
  let writtenBytes = 0;
  for (const { sha256, bytes } of contents) {
    const name = contentName(sha256);
    if (!needed.has(sha256) || (await isThere(disk, join(directory, name), bytes))) continue;
    readBytes += bytes;
    const source = guard?.realpath(join(from ?? '', name)) ?? null;
    if (source === null || !(await canLink(disk, source, directory))) writtenBytes += bytes;
  }
  return { readBytes, writtenBytes };
}
