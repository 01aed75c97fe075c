import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { SOURCES } from '../../core/source/sources.ts';
import type { StorePaths } from '../../core/source/store-paths.ts';
import { type Disk, errnoOf } from './disk/disk.ts';
import { diskFault } from './disk/disk-fault.ts';
import { ensureDir, writeAtomic } from './disk/files.ts';
import { nearestExisting } from './disk/same-file-system.ts';

/** Version of the store layout. */
const STORE_VERSION = 1;

/** rma's own directories below `.rma`. */
const STATE_DIRS = ['receipts', 'leases', 'staging', 'projects'] as const;

/**
 * Creates the directories of the store. Ollama exits if it cannot create its two, so they always exist.
 * @throws RmaError RMA_STORE_UNWRITABLE or RMA_STORE_READ_ONLY or RMA_STORE_TOO_NEW, exit 3
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
      accessSync(dir, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw unwritable(paths.root, dir, error);
    }
  }
  await writeVersion(disk, paths);
}

async function writeVersion(disk: Disk, paths: StorePaths): Promise<void> {
  const path = join(paths.state, 'version');
  const version = readVersion(path);
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

function readVersion(path: string): number | null {
  try {
    const version = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(version) && version > 0 ? version : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Returns the error with the owner of the directory, the current user and the command that fixes it. */
function unwritable(root: string, dir: string, error: unknown): unknown {
  if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') return diskFault(error, dir);
  const path = nearestExisting(dir);
  const { uid, gid, mode } = statSync(path);
  const needed = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const owner = `${uid}:${gid}`;
  return new RmaError(
    'RMA_STORE_UNWRITABLE',
    `permission denied: ${path} belongs to ${owner} (mode ${(mode & 0o7777).toString(8)}) and is not writable for ${needed}`,
    {
      exitCode: EXIT.notReady,
      hint: shell`chown -R ${needed} ${path.startsWith(root) ? root : path}`,
      details: { path: path, owner, needed },
      cause: error,
    },
  );
}
