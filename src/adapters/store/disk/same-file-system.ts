import { readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UNLIMITED_BYTES } from '../../../core/store/room.ts';
import { errnoOf } from './disk.ts';
import { lstatOrNull } from './store-guard.ts';

/**
 * Returns whether rename can move a file between two paths. Two mounts of one file system have the same device but refuse
 * it, so mount points are compared too. For paths that do not exist the nearest existing parent is used.
 */
export function sameFileSystem(a: string, b: string): boolean {
  const [one, two] = [nearestExisting(a), nearestExisting(b)];
  return statSync(one).dev === statSync(two).dev && mountPoint(one) === mountPoint(two);
}

/** The size of a file system, 0 if it has none, and what a user may still write on it, bytes. */
export interface Space {
  readonly freeBytes: number;
  readonly capacityBytes: number;
}

/** Returns the space of the file system at a path, or at its nearest existing parent. */
export async function spaceAt(path: string): Promise<Space> {
  const { bavail, bfree, blocks, bsize } = await statfs(nearestExisting(path));
  // not full: a prune with a goal for free space would remove everything
  if (blocks === 0) return { freeBytes: UNLIMITED_BYTES, capacityBytes: 0 };
  // what is reserved for root belongs to nobody else, as in df(1)
  return { freeBytes: bavail * bsize, capacityBytes: (blocks - bfree + bavail) * bsize };
}

/** statfs(2): ext4 and XFS, which write a block where it belongs and nowhere else. */
const DIRECT_TYPES: readonly number[] = [0xef53, 0x58465342];

/** statfs(2): proc and sysfs, in which only the kernel creates files. */
const VIRTUAL_TYPES: readonly number[] = [0x9fa0, 0x62656572];

/** Returns whether an existing path is in a virtual file system that accepts no files. */
export async function isVirtual(path: string): Promise<boolean> {
  return VIRTUAL_TYPES.includes((await statfs(path)).type);
}

/** Returns whether direct writes to a file with this path are faster than those through the page cache, and as safe. */
export async function suitsDirectWrites(path: string): Promise<boolean> {
  return DIRECT_TYPES.includes((await statfs(path)).type);
}

/** Returns the bytes that a user may still write at a path, or at its nearest existing parent. */
export async function freeBytesAt(path: string): Promise<number> {
  return (await spaceAt(path)).freeBytes;
}

/** Codes of a path that does not exist, or that this user cannot see. */
const HIDDEN: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EACCES'];

/** Returns the path itself or its nearest existing parent. */
export function nearestExisting(path: string): string {
  return nearest(path, statSync);
}

/** Like `nearestExisting`, but a dangling link counts as existing. */
export function nearestEntry(path: string): string {
  return nearest(path, lstatOrNull);
}

/** `look` returns null or throws if a path does not exist. */
function nearest(path: string, look: (path: string) => unknown): string {
  const absolute = resolve(path);
  const parent = dirname(absolute);
  try {
    if (look(absolute) !== null || parent === absolute) return absolute;
  } catch (error) {
    if (parent === absolute || !HIDDEN.includes(errnoOf(error))) throw error;
  }
  return nearest(parent, look);
}

function mountPoint(path: string): string | null {
  return (
    mountPoints()
      .filter((point) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`))
      .sort((one, two) => two.length - one.length)[0] ?? null
  );
}

/** Returns the fifth field of each line of mountinfo (proc(5)), with octal escapes for spaces and the like decoded. */
function mountPoints(): readonly string[] {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[4] ?? [])
      .map((point) =>
        point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      );
  } catch {
    return [];
  }
}
