import type { Owner } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

const DIRECTORY_MODE = 0o2775;
const OWNER_WRITES = 0o200;
const GROUP_WRITES = 0o020;
const ALL_WRITE = 0o002;

/** A directory of the host that containers mount as the store or as the cache of the engines. */
export interface HostDirectory {
  readonly holds: 'store' | 'cache';
  readonly path: string;
  /** the user who writes there */
  readonly owner: Owner;
}

const WRITERS: Readonly<Record<HostDirectory['holds'], string>> = {
  store: 'the worker runs',
  cache: 'engines run',
};

/**
 * Creates the directory for its owner and checks it: Docker would create it as root.
 * @throws RmaError RMA_FILE_UNWRITABLE (3) with the command that creates it; as checkHostDirectory
 */
export async function createHostDirectory(
  host: Pick<Host, 'files' | 'caller'>,
  directory: HostDirectory,
): Promise<void> {
  const { path, owner } = directory;
  await create(host, directory);
  if (host.caller.uid === 0) await host.files.chown(path, owner.uid, owner.gid);
  await checkHostDirectory(host, directory);
}

/** Creates the directory if it does not exist, and checks it. @throws RmaError as createHostDirectory */
export async function ensureHostDirectory(
  host: Pick<Host, 'files' | 'caller'>,
  directory: HostDirectory,
): Promise<void> {
  if ((await host.files.facts(directory.path)) === null) await createHostDirectory(host, directory);
  else await checkHostDirectory(host, directory);
}

/**
 * Checks that the owner can write to the directory. A missing one is not a fault.
 * @throws RmaError RMA_STORE_UNWRITABLE, RMA_STORE_NOT_A_FOLDER, RMA_STORE_READ_ONLY (3)
 */
export async function checkHostDirectory(
  host: Pick<Host, 'files'>,
  { holds, path, owner }: HostDirectory,
): Promise<void> {
  const facts = await host.files.facts(path);
  if (facts === null) return;
  if (facts.kind !== 'directory') throw notADirectory(holds, path);
  if (await host.files.isReadOnly(path)) throw readOnly(holds, path);
  const { uid, gid } = owner;
  const bit = facts.uid === uid ? OWNER_WRITES : facts.gid === gid ? GROUP_WRITES : ALL_WRITE;
  if ((facts.mode & bit) !== 0 || uid === 0) return;
  const seen = `${facts.uid}:${facts.gid}, mode ${facts.mode.toString(8)}`;
  throw new RmaError(
    'RMA_STORE_UNWRITABLE',
    `${WRITERS[holds]} as ${uid}:${gid} and cannot write to ${path} (${seen})`,
    {
      exitCode: EXIT.notReady,
      hint: shell`change its owner: sudo chown -R ${uid}:${gid} ${path} && sudo chmod u+rwx ${path} (or run as its owner: --owner ${facts.uid}:${facts.gid})`,
    },
  );
}

async function create(
  host: Pick<Host, 'files' | 'caller'>,
  { path, owner: { uid, gid } }: HostDirectory,
): Promise<void> {
  try {
    await host.files.createDirectory(path, DIRECTORY_MODE);
  } catch (error) {
    const refused = error instanceof RmaError && error.code === 'RMA_FILE_UNWRITABLE';
    if (!refused || host.caller.uid === 0) throw error;
    throw new RmaError('RMA_FILE_UNWRITABLE', error.message, {
      exitCode: EXIT.notReady,
      hint: shell`create it once: sudo install -d -o ${uid} -g ${gid} -m 2775 ${path}`,
      cause: error,
    });
  }
}

function notADirectory(holds: string, path: string): RmaError {
  return new RmaError('RMA_STORE_NOT_A_FOLDER', `the ${holds} ${path} is not a directory`, {
    exitCode: EXIT.notReady,
    hint: 'use a directory: --volume host:/path/to/directory',
  });
}

function readOnly(holds: string, path: string): RmaError {
  return new RmaError('RMA_STORE_READ_ONLY', `the file system of the ${holds} ${path} is mounted read-only`, {
    exitCode: EXIT.notReady,
    hint: shell`mount it writable (after disk errors the kernel remounts read-only; check dmesg): sudo mount -o remount,rw "$(findmnt -no TARGET -T ${path})"`,
  });
}
