import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';

/**
 * Replaces a file whole: readers see the old content or the new one, also after a crash. Its folder is made when it
 * is missing. The mode holds whatever the umask.
 * @throws RmaError RMA_FILE_UNWRITABLE exit 3
 */
export async function writeFileAtomic(path: string, content: string, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  // a random name: process ids repeat across containers that share a folder
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeSynced(temporary, content, mode);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
}

async function writeSynced(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function unwritable(path: string, cause: unknown): RmaError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown fault';
  const hints: Readonly<Record<string, string>> = {
    ENOSPC: 'make room on the disk',
    EROFS: 'the file system is read-only; work in another folder with -C DIR',
  };
  return new RmaError('RMA_FILE_UNWRITABLE', `cannot write ${path}: ${code}`, {
    exitCode: EXIT.notReady,
    hint:
      hints[code] ??
      `ls -ld ${dirname(path)} shows who may write there; or work in another folder with -C DIR`,
    cause,
  });
}
