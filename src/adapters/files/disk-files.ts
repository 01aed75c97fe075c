import { randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileFacts } from '../../core/domain/file-facts.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { FileStore } from '../../ports/file-store.ts';
import { readPlain, readProblem } from './read-plain.ts';

/** The file systems of this machine. */
export const diskFiles: FileStore = {
  read: async (path) => readable(path, async () => (await readPlain(path)).toString('utf8')),

  write: async (path, content, mode) =>
    writable(path, async () => {
      await makeDirectories(dirname(path));
      const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
      try {
        await writeSynced(temporary, content, mode);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    }),

  createDirectory: async (path, mode) =>
    writable(path, async () => {
      await makeDirectories(path);
      await chmod(path, mode);
    }),

  remove: async (path) => writable(path, () => rm(path, { recursive: true, force: true })),

  removeLeftovers: async (directory) =>
    writable(directory, async () => {
      const names = (await orNull(() => readdir(directory))) ?? [];
      const leftovers = names.filter((name) => name.endsWith('.tmp') && !isBeingWritten(name));
      for (const name of leftovers) await rm(join(directory, name), { force: true });
    }),

  list: async (directory) => {
    const names = await readable(directory, () => readdir(directory));
    return (names ?? []).sort();
  },

  facts: async (path) => {
    const found = await orNull(() => stat(path));
    if (found === null) return null;
    const kind: FileFacts['kind'] = found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'other';
    const { uid, gid, mtimeMs: modifiedMs } = found;
    return { kind, uid, gid, mode: found.mode & 0o7777, modifiedMs };
  },

  chown: async (path, uid, gid) => writable(path, () => chown(path, uid, gid)),

  isReadOnly: async (path) => {
    try {
      await access(path, constants.W_OK);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EROFS';
    }
  },

  freeBytes: async (path) => {
    const existing = await nearestExisting(path);
    const disk = await orNull(() => statfs(existing));
    return disk === null || disk.blocks === 0 ? null : disk.bavail * disk.bsize;
  },
};

/** Writes and syncs a new file. The mode is set explicitly: the umask must not restrict other users of a mount. */
async function writeSynced(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Returns whether the process that creates a temporary file runs, by the PID in its name. */
function isBeingWritten(temporary: string): boolean {
  const pid = /\.(\d{1,10})\.[\da-f-]{36}\.tmp$/.exec(temporary)?.[1];
  if (pid === undefined) return false;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function nearestExisting(path: string): Promise<string> {
  const found = await orNull(() => lstat(path));
  return found !== null || dirname(path) === path ? path : nearestExisting(dirname(path));
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

async function orNull<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function readable<T>(path: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await orNull(look);
  } catch (error) {
    throw new RmaError('RMA_FILE_UNREADABLE', `cannot read ${path} (${readProblem(error)})`, {
      exitCode: EXIT.notReady,
      hint: shell`check its type and permissions: ls -ld ${path}`,
      cause: error,
    });
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT']);

async function writable(path: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (FULL.has(code)) throw full(path, error);
    throw new RmaError('RMA_FILE_UNWRITABLE', `cannot write ${path} (${code})`, {
      exitCode: EXIT.notReady,
      hint: shell`check the permissions: ls -ld ${dirname(path)}`,
      cause: error,
    });
  }
}

function full(path: string, cause: unknown): RmaError {
  return new RmaError('RMA_DISK_FULL', `no space left on device: cannot write ${path}`, {
    exitCode: EXIT.doesNotFit,
    hint: shell`free disk space: df -h ${dirname(path)}`,
    cause,
  });
}

/** Creates a directory and its parents. Node's own recursion never ends below /proc, where creating reports ENOENT. */
async function makeDirectories(path: string): Promise<void> {
  if ((await orNull(() => stat(path))) !== null) return;
  await makeDirectories(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    // another process may have created it meanwhile
    if (error.code !== 'EEXIST') throw error;
  });
}
