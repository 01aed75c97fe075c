import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { type LockFile, parseLockFile } from '../../core/source/lock-file.ts';
import type { Host } from '../../ports/host.ts';

/** Returns the path of `rma.lock`. @throws RmaError RMA_LOCKFILE_NO_PROJECT (2) without an rma.yaml */
export function lockFilePath({ directory }: Pick<RmaConfig, 'directory'>): string {
  if (directory !== null) return `${directory}/rma.lock`;
  throw new RmaError('RMA_LOCKFILE_NO_PROJECT', 'no rma.yaml found; rma.lock is stored next to it', {
    exitCode: EXIT.usage,
    hint: 'create an rma.yaml with the profiles of the project, such as: echo "profiles: [cpu-worker]" > rma.yaml',
  });
}

/** Returns what `rma.lock` has; null without one. @throws RmaError RMA_LOCKFILE_INVALID, RMA_LOCKFILE_NO_PROJECT (2) */
export async function readLockFile(
  { localFiles }: Pick<Host, 'localFiles'>,
  config: Pick<RmaConfig, 'directory'>,
): Promise<LockFile | null> {
  const path = lockFilePath(config);
  const text = await localFiles.read(path);
  return text === null ? null : parseLockFile(text, path);
}

/** Returns what `rma.lock` has. @throws RmaError RMA_LOCKFILE_MISSING (2) without one, and as readLockFile */
export async function requireLockFile(
  host: Pick<Host, 'localFiles'>,
  config: Pick<RmaConfig, 'directory'>,
): Promise<LockFile> {
  const lock = await readLockFile(host, config);
  if (lock !== null) return lock;
  throw new RmaError('RMA_LOCKFILE_MISSING', `${lockFilePath(config)} does not exist`, {
    exitCode: EXIT.usage,
    hint: 'create it: rma models lock',
  });
}
