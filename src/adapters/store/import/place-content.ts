import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { Placement } from '../../../core/domain/import.ts';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { contentHash } from '../../../core/store/digest.ts';
import { tryClone } from '../disk/clone.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { hashFile } from '../disk/hash-file.ts';
import { sameFileSystem } from '../disk/same-file-system.ts';
import { writeAll } from '../disk/write-all.ts';

export interface ContentJob {
  /** path of a regular file without links */
  readonly from: string;
  /** new path on the file system of the store */
  readonly to: string;
  readonly expected: { readonly bytes: number; readonly algorithm: Digest['algorithm'] };
  readonly onBytes?: (bytes: number) => void;
  readonly onCopy?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface HashedContent {
  /** null: the file changed its size meanwhile */
  readonly hex: string | null;
  readonly placement: Placement;
}

const READ_BYTES = 1024 * 1024;
const ALL_READ = 0o444;
const OTHERS_WRITE = 0o002;

/** Codes with which link(2) fails across file systems, on those without hard links, and for files of other users. */
const NO_LINK: readonly string[] = ['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Returns whether a file of another program may be a file of the store too. Owner and mode belong to the file, not to its
 * name, and are never changed: it must belong to this user, everyone must be able to read it, and not everyone to write it.
 */
export function mayBeLinked({ uid, mode }: Pick<BigIntStats, 'uid' | 'mode'>): boolean {
  const bits = Number(mode);
  return Number(uid) === process.getuid?.() && (bits & ALL_READ) === ALL_READ && (bits & OTHERS_WRITE) === 0;
}

/** Returns whether a file, given by its path without links, may get a second name at a path. Links may be refused nevertheless. */
export async function canLink(disk: Disk, from: string, to: string): Promise<boolean> {
  const stats = await unless(['ENOENT'], disk.lstat(from, { bigint: true }));
  return stats !== null && mayBeLinked(stats) && sameFileSystem(from, to);
}

/** Places the content of a file under a second name, and hashes what is there: a hard link, else a clone, else a copy. Returns the hash, and how it was placed. */
export async function placeContent(disk: Disk, job: ContentJob): Promise<HashedContent> {
  const { from, to } = job;
  const stats = await disk.lstat(from, { bigint: true });
  if (mayBeLinked(stats)) {
    const linked = await unless(
      NO_LINK,
      disk.link(from, to).then(() => true),
    );
    if (linked !== null) return { hex: await hashFile(disk, to, job), placement: 'hardLinked' };
  }
  if (await tryClone(disk, from, to)) {
    await sync(disk, to);
    return { hex: await hashFile(disk, to, job), placement: 'reflinked' };
  }
  await job.onCopy?.();
  return { hex: await copy(disk, job), placement: 'copied' };
}

/**
 * Places content of a bundle that this process has just verified in the staging area of the store. Returns as `placeContent`:
 * a hard link only if the file is one already, of the bundle or of another model.
 */
export async function linkVerified(disk: Disk, job: ContentJob, hex: string): Promise<HashedContent> {
  const { nlink } = await disk.lstat(job.from);
  const linked = await unless(
    NO_LINK,
    disk.link(job.from, job.to).then(() => true),
  );
  if (linked === null) return placeContent(disk, job);
  job.onBytes?.(job.expected.bytes);
  return { hex, placement: nlink > 1 ? 'hardLinked' : 'copied' };
}

async function sync(disk: Disk, path: string): Promise<void> {
  const handle = await disk.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies and hashes a file in one pass. Returns null if it has another size than expected. */
async function copy(disk: Disk, { from, to, expected, onBytes, signal }: ContentJob): Promise<string | null> {
  const source = await disk.open(from, constants.O_RDONLY);
  try {
    if ((await source.stat()).size !== expected.bytes) return null;
    const target = await openNew(disk, to);
    try {
      const hash = contentHash(expected.algorithm, expected.bytes);
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(1, expected.bytes)));
      for (let at = 0; at < expected.bytes; ) {
        signal?.throwIfAborted();
        const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, expected.bytes - at), at);
        if (bytesRead === 0) return null;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        await writeAll(target, [chunk], at);
        at += bytesRead;
        onBytes?.(bytesRead);
      }
      await target.sync();
      return hash.digest();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
