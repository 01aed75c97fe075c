import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { jsonOrNull, type Schema } from '../../../core/schema/parse.ts';
import { type Disk, errnoOf, NO_RECORD, unless } from './disk.ts';

/** Modes in the store, independent of the umask: engines under any uid can read, the owning group can write. */
export const DIR_MODE = 0o2775;
export const FILE_MODE = 0o644;

/** Creates a directory and its missing parents, each with the store's mode. */
export async function ensureDir(disk: Disk, path: string): Promise<void> {
  if (await createDir(disk, path)) return;
  // EEXIST is also the result for a dangling link
  const found = await unless(['ENOENT'], disk.stat(path));
  if (found?.isDirectory() !== true) throw notADirectory(path);
}

/** Creates a directory like `ensureDir`. Returns false if its name exists, as a directory or anything else. */
export async function createDir(disk: Disk, path: string): Promise<boolean> {
  const make = () => unless(['EEXIST'], makeDir(disk, path));
  const made = await make().catch(async (error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await ensureDir(disk, dirname(path));
    return make();
  });
  return made !== null;
}

/** A whole file to write. */
export interface NewText {
  readonly path: string;
  readonly text: string;
  /** directory for the temporary file, on the same file system */
  readonly staging: string;
}

/** Writes a file under a temporary name, syncs it, then renames it to its final name. */
export function writeAtomic(disk: Disk, file: NewText): Promise<void> {
  return replaceFile(disk, file, true);
}

/** Writes without sync, for data that may be lost in a power failure: a reader finds the old text, the new one, or a broken file. */
export function writeQuick(disk: Disk, file: NewText): Promise<void> {
  return replaceFile(disk, file, false);
}

/** Opens a new file for reading and writing, with the store's mode. */
export async function openNew(disk: Disk, path: string): Promise<FileHandle> {
  const handle = await disk.open(path, 'wx+', FILE_MODE);
  try {
    await handle.chmod(FILE_MODE);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Gives a file a second name, unless that is taken. `impossible`: the file system has no hard links. */
export async function linkNew(
  disk: Disk,
  from: string,
  to: string,
): Promise<'linked' | 'taken' | 'impossible'> {
  try {
    await disk.link(from, to);
    return 'linked';
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'taken';
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error) ?? '')) return 'impossible';
    throw error;
  }
}

/** Creates a file with the whole text. */
export async function writeNew(
  disk: Disk,
  path: string,
  { text, sync }: { readonly text: string; readonly sync: boolean },
): Promise<void> {
  const handle = await openNew(disk, path);
  try {
    await handle.writeFile(text);
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames inside a directory durable; ignored on file systems that cannot sync a directory. */
export async function syncDir(disk: Disk, path: string): Promise<void> {
  const handle = await disk.open(path, 'r');
  try {
    await unless(['EINVAL', 'ENOTSUP', 'EPERM'], handle.sync());
  } finally {
    await handle.close();
  }
}

/** Parses a JSON file; null if it is missing, empty, broken or not a regular file, or does not fit the schema. */
export async function readJson<T>(disk: Disk, path: string, schema: Schema<T>): Promise<T | null> {
  const text = await unless(NO_RECORD, disk.readText(path));
  return text === null ? null : jsonOrNull(schema, text);
}

/** Returns the bytes of a file from `from` up to `to`, fewer if it ends before. */
export async function readBytes(
  disk: Disk,
  path: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Uint8Array> {
  const handle = await disk.open(path, 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    let size = 0;
    while (size < buffer.length) {
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size, from + size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return buffer.subarray(0, size);
  } finally {
    await handle.close();
  }
}

async function replaceFile(disk: Disk, { path, text, staging }: NewText, sync: boolean): Promise<void> {
  const temp = join(staging, `${randomUUID()}.tmp`);
  try {
    await writeNew(disk, temp, { text, sync });
    await disk.rename(temp, path);
  } catch (error) {
    await disk.unlink(temp).catch(() => undefined);
    throw error;
  }
}

async function makeDir(disk: Disk, path: string): Promise<true> {
  await disk.mkdir(path);
  // mkdir applied the umask; some network file systems refuse chmod and keep their own modes
  await unless(['EPERM', 'ENOTSUP', 'EINVAL'], disk.chmod(path, DIR_MODE));
  return true;
}

/** Returns the error of mkdir(2) below a path that is not a directory. */
export function notADirectory(path: string): Error {
  return Object.assign(new Error(`not a directory: ${path}`), { code: 'ENOTDIR', syscall: 'mkdir' });
}
