import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Digest, PinnedFile } from '../../../core/domain/pinned-model.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { ensureDir } from '../disk/files.ts';

/** Largest file that is staged whole, bytes: one write of a larger file is as large, and as much is lost with it. */
export const WHOLE_BYTES = 256 * 1024;

/** A small file with a known hash. */
export interface WholeContent extends PinnedFile {
  readonly digest: Digest;
}

/** Returns whether a file is staged whole: a small one, under the name of its hash. */
export function isWhole(file: PinnedFile): file is WholeContent {
  return file.digest !== null && file.bytes <= WHOLE_BYTES;
}

/**
 * Returns the slots of small files in one directory, which is read once. An earlier file of the same content may be wrong:
 * it is hashed before it is used.
 */
export async function wholeSlots(
  disk: Disk,
  folder: string,
  files: readonly WholeContent[],
): Promise<ReadonlyMap<PinnedFile, StagingSlot>> {
  if (files.length === 0) return new Map();
  await ensureDir(disk, folder);
  const left = await wholeParts(disk, folder);
  const slots = new Map<PinnedFile, StagingSlot>();
  for (const file of files) {
    const content = `${file.digest.algorithm}-${file.digest.hex}`;
    const path = join(folder, `${content}.${randomUUID()}.part`);
    const inherit = await ofSize(disk, left.get(content), file.bytes);
    slots.set(file, { path, inherit, durableBytes: inherit === null ? 0 : file.bytes, isWhole: true });
  }
  return slots;
}

/** Returns the files of earlier processes by content. */
async function wholeParts(disk: Disk, folder: string): Promise<ReadonlyMap<string, string>> {
  const parts = (await disk.readdir(folder)).filter((name) => name.endsWith('.part'));
  return new Map(parts.map((name) => [name.slice(0, name.indexOf('.')), join(folder, name)]));
}

async function ofSize(disk: Disk, path: string | undefined, bytes: number): Promise<string | null> {
  if (path === undefined) return null;
  const stats = await unless(['ENOENT'], disk.lstat(path));
  return stats?.isFile() === true && stats.size === bytes ? path : null;
}
