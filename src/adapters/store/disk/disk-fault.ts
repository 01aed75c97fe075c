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
    what: 'no space left on device',
    hint: 'free disk space and run the command again; downloaded data is kept',
  },
  EDQUOT: {
    code: 'RMA_STORE_QUOTA',
    exitCode: EXIT.doesNotFit,
    what: 'disk quota exceeded',
    hint: 'raise the quota or free disk space, then run the command again; downloaded data is kept',
  },
  EROFS: {
    code: 'RMA_STORE_READ_ONLY',
    exitCode: EXIT.notReady,
    what: 'the file system is read-only',
    hint: 'mount it writable; after disk errors the kernel remounts read-only (check dmesg)',
  },
  EACCES: {
    code: 'RMA_STORE_UNWRITABLE',
    exitCode: EXIT.notReady,
    what: 'permission denied',
    hint: 'the user that runs rma needs access to this path; for a whole store: sudo chown -R UID:GID DIRECTORY',
  },
  ENOTDIR: {
    code: 'RMA_STORE_NOT_A_FOLDER',
    exitCode: EXIT.notReady,
    what: 'not a directory',
    hint: 'move the file at this path away, or choose another directory for the store',
  },
  EFTYPE: {
    code: 'RMA_STORE_NOT_A_FILE',
    exitCode: EXIT.notReady,
    what: 'not a regular file',
    hint: 'move what is at this path away, then run the command again',
  },
  ELOOP: {
    code: 'RMA_STORE_LINK',
    exitCode: EXIT.notReady,
    what: 'a symbolic link instead of a file',
    hint: 'remove the link, then run the command again; nothing was read or written through it',
  },
  EIO: {
    code: 'RMA_STORE_IO',
    exitCode: EXIT.failed,
    what: 'input/output error',
    hint: 'check the disk (dmesg, smartctl) or the NFS server, then run the command again',
  },
};

/** A file system without links, such as exFAT or some SMB shares. */
const NO_LINKS: Fault = {
  code: 'RMA_STORE_NO_LINKS',
  exitCode: EXIT.notReady,
  what: 'the file system does not support the links that the store needs',
  hint: 'put the store on a file system with hard and symbolic links: ext4, xfs, btrfs, zfs or NFS',
};

/** Codes with which link(2) and symlink(2) fail there. */
const LINK_CODES: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Codes with the same cause and fix. */
const ALIASES: Readonly<Record<string, string>> = {
  EPERM: 'EACCES',
  ESTALE: 'EIO',
  EISDIR: 'EFTYPE',
  ERR_FS_EISDIR: 'EFTYPE',
  ENXIO: 'EFTYPE',
  EFBIG: 'EFTYPE',
};

/** Returns a file system error as RmaError with its path; any other error unchanged. */
export function diskFault(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  // its parents exist already
  if (errno === 'ENOENT' && syscallOf(error) === 'mkdir') return noDirectories(path, error);
  const fault = errno === null ? undefined : faultOf(errno, syscallOf(error));
  if (fault === undefined) return error;
  return new RmaError(fault.code, `${fault.what} at ${path} (${errno})`, {
    exitCode: fault.exitCode,
    hint: fault.hint,
    details: { path, errno },
    cause: error,
  });
}

/** Returns the error for a file system in which no directory can be created, such as that of /proc. */
export function noDirectories(path: string, cause?: unknown): RmaError {
  return cannotCreate('directory', path, cause);
}

/** Returns the error for a file system in which no file can be created, although its directory exists, such as /proc. */
export function noFiles(path: string, cause?: unknown): RmaError {
  return cannotCreate('file', path, cause);
}

function cannotCreate(what: 'directory' | 'file', path: string, cause: unknown): RmaError {
  return new RmaError('RMA_STORE_UNWRITABLE', `no ${what} can be created in the file system at ${path}`, {
    exitCode: EXIT.notReady,
    hint: 'use another directory, on a disk',
    details: { path },
    cause,
  });
}

function faultOf(errno: string, syscall: unknown): Fault | undefined {
  const isLink = syscall === 'link' || syscall === 'symlink';
  return isLink && LINK_CODES.includes(errno) ? NO_LINKS : FAULTS[ALIASES[errno] ?? errno];
}

function syscallOf(error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? error.syscall : undefined;
}

/** Runs a disk operation. @throws RmaError instead of a file system error */
export async function onDisk<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw diskFault(error, path);
  }
}
