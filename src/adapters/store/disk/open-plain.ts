import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';

/** Largest record that is read, bytes: the listing of a repository of 200,000 files has about 50 MiB. */
export const MAX_TEXT_BYTES = 128 * 1024 * 1024;

/** A pipe is never waited for, and a link instead of the file is never followed. */
const SAFE = constants.O_NONBLOCK | constants.O_NOFOLLOW;

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
const NEW = O_CREAT | O_EXCL;
const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  'wx+': O_RDWR | O_CREAT | O_EXCL,
};

/**
 * Opens a regular file or a directory.
 * @throws Error with an errno: ELOOP for a link, EFTYPE for a device, pipe or socket, and those of open(2)
 */
export const openPlain: typeof open = async (path, flags = 'r', mode) => {
  const bits = typeof flags === 'number' ? flags : FLAGS[flags];
  if (bits === undefined) throw new Error(`open with flags ${flags}`);
  const isNew = (bits & NEW) === NEW;
  // the mere open of a device may do something
  if (!isNew) assertPlain(await lstat(path), String(path));
  const handle = await open(path, bits | SAFE, mode);
  // it was created as a regular file by this very call
  if (isNew) return handle;
  try {
    assertPlain(await handle.stat(), String(path));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Returns the text of a regular file. @throws Error with an errno: those of `openPlain`, EISDIR, EFBIG */
export async function readRegular(path: string): Promise<string> {
  const handle: FileHandle = await openPlain(path, 'r');
  try {
    assertText(await handle.stat(), path);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Returns the text of a regular file, synchronously. @throws Error as `readRegular` */
export function readRegularSync(path: string): string {
  assertPlain(lstatSync(path), path);
  const descriptor = openSync(path, O_RDONLY | SAFE);
  try {
    assertText(fstatSync(descriptor), path);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function assertPlain(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw fault('ELOOP', path);
  if (!stats.isFile() && !stats.isDirectory()) throw fault('EFTYPE', path);
}

function assertText(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw fault('EISDIR', path);
  if (!stats.isFile()) throw fault('EFTYPE', path);
  if (stats.size > MAX_TEXT_BYTES) throw fault('EFBIG', path);
}

function fault(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, syscall: 'open' });
}
