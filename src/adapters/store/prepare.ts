import { constants } from 'node:fs';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { SOURCES } from '../../core/source/sources.ts';
import type { StorePaths } from '../../core/source/store-paths.ts';
import { type Disk, errnoOf, NO_RECORD, unless } from './disk/disk.ts';
import { diskFault, noDirectories } from './disk/disk-fault.ts';
import { ensureDir, notADirectory, writeAtomic } from './disk/files.ts';
import { keepReserve } from './disk/reserve.ts';
import { isVirtual, nearestEntry } from './disk/same-file-system.ts';

/** Version of the store layout. */
const STORE_VERSION = 1;

/** rma's own directories below `.rma`. */
const STATE_DIRS = ['receipts', 'leases', 'staging', 'projects'] as const;

/**
 * Creates the directories of the store and its reserve. Ollama exits if it cannot create its two directories, so they always
 * exist.
 * @throws RmaError RMA_STORE_UNWRITABLE, RMA_STORE_READ_ONLY, RMA_STORE_LINK, RMA_STORE_TOO_NEW or
 * RMA_STORE_VERSION_INVALID, exit 3
 */
export async function prepareStore(
  disk: Disk,
  paths: StorePaths,
  stagings: readonly string[],
): Promise<void> {
  const state = STATE_DIRS.map((name) => join(paths.state, name));
  const native = SOURCES.flatMap(({ id, store }) => {
    const root = paths.sources[id] ?? '';
    return store.layout === 'ollama' ? [join(root, 'manifests'), join(root, 'blobs')] : [root];
  });
  for (const dir of [...state, ...stagings, ...native]) {
    try {
      await ensureDir(disk, dir);
      await disk.access(dir, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw await unwritable(disk, paths.root, { dir, error });
    }
  }
  await writeVersion(disk, paths);
  await keepReserve(disk, paths.state);
}

/**
 * Checks whether the directories of the store can be created, as far as this can be checked beforehand. Creates nothing.
 * @throws RmaError RMA_STORE_UNWRITABLE, RMA_STORE_READ_ONLY or RMA_STORE_NOT_A_FOLDER, exit 3
 */
export async function assertWritable(disk: Disk, { root, state }: StorePaths): Promise<void> {
  const dir = join(state, 'staging');
  const existing = nearestEntry(dir);
  try {
    const found = await unless(['ENOENT'], disk.stat(existing));
    if (found?.isDirectory() !== true) throw notADirectory(existing);
    await disk.access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw await unwritable(disk, root, { dir, error });
  }
  if (await isVirtual(existing)) throw noDirectories(existing);
}

async function writeVersion(disk: Disk, paths: StorePaths): Promise<void> {
  const path = join(paths.state, 'version');
  const version = await readVersion(disk, path);
  if (version === STORE_VERSION) return;
  if (version !== null) {
    throw new RmaError(
      'RMA_STORE_TOO_NEW',
      `the store ${paths.root} has version ${version}; this rma supports version ${STORE_VERSION}`,
      {
        exitCode: EXIT.notReady,
        hint: 'use a newer rma, or another store',
      },
    );
  }
  await writeAtomic(disk, { staging: join(paths.state, 'staging'), path, text: `${STORE_VERSION}\n` });
}

/** Returns the version of a store; null for a new one, and for an empty file, which names no other layout. */
async function readVersion(disk: Disk, path: string): Promise<number | null> {
  if ((await unless(['ENOENT'], disk.lstat(path))) === null) return null;
  const text = (await unless(NO_RECORD, disk.readText(path)))?.trim();
  if (text === '') return null;
  if (text !== undefined && /^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const what =
    text === undefined ? 'it is not a regular file' : `it contains ${JSON.stringify(text.slice(0, 40))}`;
  throw new RmaError(
    'RMA_STORE_VERSION_INVALID',
    `the version file ${path} of the store is corrupt: ${what}`,
    {
      exitCode: EXIT.notReady,
      hint: shell`if no newer rma uses this store, remove it: rm -r ${path}`,
    },
  );
}

/** Returns the error with the owner of the directory, the current user and the command that fixes it. */
async function unwritable(
  disk: Disk,
  root: string,
  { dir, error }: { readonly dir: string; readonly error: unknown },
): Promise<unknown> {
  const errno = errnoOf(error) ?? '';
  const path = nearestEntry(dir);
  if (['ENOENT', 'ENOTDIR', 'EROFS'].includes(errno)) return diskFault(error, path);
  if (errno !== 'EACCES' && errno !== 'EPERM') return diskFault(error, dir);
  const { uid, gid, mode } = await disk.stat(path);
  const needed = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const owner = `${uid}:${gid}`;
  return new RmaError(
    'RMA_STORE_UNWRITABLE',
    `permission denied: ${path} belongs to ${owner} (mode ${(mode & 0o7777).toString(8)}) and is not writable for ${needed}`,
    {
      exitCode: EXIT.notReady,
      hint: ownerHint(needed, isInside(root, dir) ? root : dir, path),
      details: { path: path, owner, needed },
      cause: error,
    },
  );
}

/** Returns the command that makes the directory writable; never one for a directory above it, such as `/`. */
function ownerHint(needed: string, target: string, existing: string): string {
  if (isInside(target, existing)) return shell`chown -R ${needed} ${target}`;
  return shell`sudo mkdir -p ${target} && sudo chown -R ${needed} ${target}`;
}

function isInside(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
