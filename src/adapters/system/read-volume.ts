import { accessSync, constants, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { SomePaths, VolumeReading } from '../../core/domain/volume.ts';
import { mountEntry } from './mount-entry.ts';

/** Bytes of a block of `st_blocks`, whatever the block size of the file system: stat(2). */
const BLOCK_BYTES = 512;
/** Paths that are named. */
const NAMED = 3;
/** rma's own directory in a store, which no engine reads. */
const PRIVATE = '.rma';

const PERMISSION_BITS = 0o7777;

/** Returns what this process sees of the directory at which a volume is mounted. @throws Error with an errno */
export async function readVolume(directory: string): Promise<VolumeReading> {
  const { uid, gid, mode } = lstatSync(directory);
  const { type, bsize, blocks, bavail, files: total, ffree: free } = await statfs(directory);
  const entry = mountEntry(readFileSync('/proc/self/mountinfo', 'utf8'), directory);
  return {
    uid,
    gid,
    mode: mode & PERMISSION_BITS,
    fileSystem: entry?.fileSystem ?? `0x${type.toString(16)}`,
    mountOptions: entry?.options ?? '',
    ...contentOf(directory),
    sizeBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    inodes: total > 0 ? { total, free } : null,
  };
}

function contentOf(root: string): Pick<VolumeReading, 'usedBytes' | 'files' | 'unreadable'> {
  const linked = new Set<string>();
  const denied: string[] = [];
  let [usedBytes, files] = [0, 0];
  for (const { path, stats, isReadable } of walk(root)) {
    if (!isReadable && path.split('/')[0] !== PRIVATE) denied.push(path);
    if (stats.isDirectory()) continue;
    files += 1;
    const inode = `${stats.dev}:${stats.ino}`;
    if (stats.nlink === 1 || !linked.has(inode)) usedBytes += stats.blocks * BLOCK_BYTES;
    if (stats.nlink > 1) linked.add(inode);
  }
  return { usedBytes, files, unreadable: somePaths(denied) };
}

/** Returns how many paths there are, and the first of them. */
export function somePaths(paths: readonly string[]): SomePaths {
  return { count: paths.length, first: paths.toSorted().slice(0, NAMED) };
}

/** A file or directory below another one, without symbolic links followed. */
export interface FoundPath {
  /** relative to the directory of the walk */
  readonly path: string;
  readonly stats: Stats;
  /** of a directory also: its files can be opened */
  readonly isReadable: boolean;
}

/** Yields everything below a directory. What is removed meanwhile, and what is in unreadable directories, is left out. */
export function* walk(root: string, below = ''): Generator<FoundPath> {
  for (const name of namesIn(join(root, below))) {
    const path = join(below, name);
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const isDirectory = stats.isDirectory();
    const needed = constants.R_OK | (isDirectory ? constants.X_OK : 0);
    const isReadable = stats.isSymbolicLink() || mayAccess(join(root, path), needed);
    yield { path, stats, isReadable };
    if (isDirectory && isReadable) yield* walk(root, path);
  }
}

/** Returns whether this process may access a path so. */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
