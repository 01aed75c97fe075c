import { type ErrorCode, EXIT, type ExitCode, RmaError } from '../../../core/errors.ts';
import { errnoOf } from './disk.ts';

interface Fault {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly what: string;
  readonly hint: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  ENOSPC: {
    code: 'RMA_STORE_DISK_FULL',
    exitCode: EXIT.doesNotFit,
    what: 'the disk is full',
    hint: 'free some room and run the command again: what was fetched is kept',
  },
  EDQUOT: {
    code: 'RMA_STORE_QUOTA',
    exitCode: EXIT.doesNotFit,
    what: 'the disk quota is used up',
    hint: 'raise the quota or free some room, then run the command again: what was fetched is kept',
  },
  EROFS: {
    code: 'RMA_STORE_READ_ONLY',
    exitCode: EXIT.notReady,
    what: 'the file system is read-only',
    hint: 'mount it writable for the worker (after disk errors systems remount read-only: see dmesg)',
  },
  EACCES: {
    code: 'RMA_STORE_UNWRITABLE',
    exitCode: EXIT.notReady,
    what: 'no permission',
    hint: 'give the store to the user that runs this: chown -R UID:GID on its folder',
  },
  ENOTDIR: {
    code: 'RMA_STORE_NOT_A_FOLDER',
    exitCode: EXIT.notReady,
    what: 'there is no folder',
    hint: 'move away the file that lies in its place, or name another folder for the store',
  },
  EIO: {
    code: 'RMA_STORE_IO',
    exitCode: EXIT.failed,
    what: 'the disk reports an input/output error',
    hint: 'check the disk (dmesg, smartctl) or the NFS server, then run the command again',
  },
};

/** A file system error as users read it: what happened and on which path; anything else as it is. */
export function diskFault(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  const alias = errno === 'EPERM' ? 'EACCES' : errno === 'ESTALE' ? 'EIO' : errno;
  const fault = alias === null ? undefined : FAULTS[alias];
  if (fault === undefined) return error;
  return new RmaError(fault.code, `${fault.what} at ${path} (${errno})`, {
    exitCode: fault.exitCode,
    hint: fault.hint,
    details: { path, errno },
    cause: error,
  });
}

/** Runs a step on the disk; its errors become the store's own. */
export async function onDisk<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw diskFault(error, path);
  }
}
