import { join } from 'node:path';
import {
  contentName,
  formatManifest,
  MANIFEST_NAME,
  truncatedBundle,
} from '../../../core/bundle/bundle-manifest.ts';
import type { BundleContent, BundleManifest } from '../../../core/domain/bundle.ts';
import type { Disk } from '../disk/disk.ts';
import { ensureDir, writeAtomic } from '../disk/files.ts';
import { hashFile } from '../disk/hash-file.ts';
import { StoreGuard } from '../disk/store-guard.ts';
import { placeContent } from '../import/place-content.ts';
import { readBundle } from './read-bundle.ts';
import { corruptContent, isThere, type UnpackOptions } from './unpack-bundle.ts';

/**
 * Gathers the needed files of a bundle in a directory, by hard links, clones or copies, and verifies each. Returns the
 * manifest and the directory with the files.
 * @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE, RMA_BUNDLE_CORRUPT exit 6
 */
export async function gatherBundle(
  path: string,
  { disk, prepare, onBytes, signal }: UnpackOptions,
): Promise<{ readonly manifest: BundleManifest; readonly directory: string }> {
  const manifest = readBundle(path);
  const { directory, needed } = await prepare(manifest);
  const guard = new StoreGuard([path]);
  await ensureDir(disk, join(directory, 'contents'));
  // first: linked files keep their old times, and the time of this file shows prune that the import has just begun
  const text = formatManifest(manifest);
  await writeAtomic(disk, { staging: directory, path: join(directory, MANIFEST_NAME), text });
  for (const { sha256, bytes } of manifest.contents) {
    const target = join(directory, contentName(sha256));
    if (!needed.has(sha256) || (await isVerified(disk, target, { bytes, sha256 }))) continue;
    const from = guard.realpath(join(path, contentName(sha256)));
    if (from === null) throw truncatedBundle(path, `${contentName(sha256)} is missing`);
    const part = `${target}.part`;
    await disk.rm(part, { force: true });
    const expected = { bytes, algorithm: 'sha256' } as const;
    const { hex } = await placeContent(disk, { from, to: part, expected, onBytes, signal });
    if (hex !== sha256)
      throw corruptContent(path, contentName(sha256), hex ?? 'that of a file with another size');
    await disk.rename(part, target);
  }
  return { manifest, directory };
}

/**
 * Returns whether content is in place. One that is linked to the file of the bundle is hashed again: that may have changed
 * since an interrupted import.
 */
async function isVerified(disk: Disk, path: string, { bytes, sha256 }: BundleContent): Promise<boolean> {
  if (!(await isThere(disk, path, bytes))) return false;
  if ((await disk.lstat(path)).nlink === 1) return true;
  return (await hashFile(disk, path, { expected: { bytes, algorithm: 'sha256' } })) === sha256;
}
