import { type DockerVolume, volumeOf } from '../../core/docker/volume-of.ts';
import type { Owner, RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { StoreAccess } from '../observe/store-container.ts';

const STORE_MODE = 0o2775;
const OWNER_WRITES = 0o200;
const GROUP_WRITES = 0o020;
const ALL_WRITE = 0o002;

/**
 * A host folder for the store, there and writable for the store's user: Docker would make a missing one as root.
 * @throws RmaError RMA_STORE_UNWRITABLE (3) with the command that mends it
 */
export async function prepareHostFolder(
  host: Pick<Host, 'files' | 'caller'>,
  access: StoreAccess,
): Promise<void> {
  await prepareFolder(host, { ...access, what: 'store', user: 'the worker runs' });
}

/**
 * The same for the folder of the engines' caches, where it is one of the host: there they run as the store's user.
 * @throws RmaError RMA_STORE_UNWRITABLE (3) with the command that mends it
 */
export async function prepareCacheFolder(
  host: Pick<Host, 'files' | 'caller'>,
  config: RmaConfig,
  owner: Owner,
): Promise<void> {
  await prepareFolder(host, { volume: volumeOf(config, 'cache'), owner, what: 'cache', user: 'engines run' });
}

interface HostFolder {
  readonly volume: DockerVolume;
  readonly owner: Owner;
  readonly what: 'store' | 'cache';
  /** who writes there, for the message */
  readonly user: string;
}

async function prepareFolder(host: Pick<Host, 'files' | 'caller'>, folder: HostFolder): Promise<void> {
  if (folder.volume.type !== 'host') return;
  const { path } = folder.volume;
  const { uid, gid } = folder.owner;
  if ((await host.files.facts(path)) === null) {
    await makeFolder(host, path, folder.owner);
    if (host.caller.uid === 0) await host.files.chown(path, uid, gid);
  }
  await checkFolder(host, folder);
}

async function makeFolder(
  host: Pick<Host, 'files' | 'caller'>,
  path: string,
  { uid, gid }: Owner,
): Promise<void> {
  try {
    await host.files.createDirectory(path, STORE_MODE);
  } catch (error) {
    const refused = error instanceof RmaError && error.code === 'RMA_FILE_UNWRITABLE';
    if (!refused || host.caller.uid === 0) throw error;
    throw new RmaError('RMA_FILE_UNWRITABLE', error.message, {
      exitCode: EXIT.notReady,
      hint: `make it once: sudo install -d -o ${uid} -g ${gid} -m 2775 '${path}'`,
      cause: error,
    });
  }
}

/** @throws RmaError RMA_STORE_UNWRITABLE (3), RMA_STORE_NOT_A_FOLDER, RMA_STORE_READ_ONLY (3) */
export async function checkHostFolder(host: Pick<Host, 'files'>, access: StoreAccess): Promise<void> {
  await checkFolder(host, { ...access, what: 'store', user: 'the worker runs' });
}

async function checkFolder(
  host: Pick<Host, 'files'>,
  { volume, owner, what, user }: HostFolder,
): Promise<void> {
  if (volume.type !== 'host') return;
  const { path } = volume;
  const { uid, gid } = owner;
  const facts = await host.files.facts(path);
  if (facts === null) return;
  if (facts.kind !== 'directory') {
    throw new RmaError('RMA_STORE_NOT_A_FOLDER', `the ${what} ${path} is not a folder`, {
      exitCode: EXIT.notReady,
      hint: 'name a folder: --volume host:/path/of/a/folder',
    });
  }
  if (await host.files.isReadOnly(path)) {
    throw new RmaError(
      'RMA_STORE_READ_ONLY',
      `the ${what} ${path} lies on a file system that is mounted read-only`,
      {
        exitCode: EXIT.notReady,
        hint: `mount it writable (after disk errors systems remount read-only: see dmesg): sudo mount -o remount,rw "$(findmnt -no TARGET -T '${path}')"`,
      },
    );
  }
  const bit = facts.uid === uid ? OWNER_WRITES : facts.gid === gid ? GROUP_WRITES : ALL_WRITE;
  if ((facts.mode & bit) !== 0 || uid === 0) return;
  const seen = `${facts.uid}:${facts.gid}, mode ${facts.mode.toString(8)}`;
  throw new RmaError(
    'RMA_STORE_UNWRITABLE',
    `${user} as ${uid}:${gid} and cannot write to ${path} (${seen})`,
    {
      exitCode: EXIT.notReady,
      hint: `give it the folder: sudo chown -R ${uid}:${gid} '${path}' && sudo chmod u+rwx '${path}' (or choose its owner: --owner ${facts.uid}:${facts.gid})`,
    },
  );
}
