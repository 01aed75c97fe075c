import { EXIT, RmaError } from '../core/errors.ts';
import type { Box } from '../ports/box.ts';
import type { StoreAccess } from './store-container.ts';

const STORE_MODE = 0o2775;
const OWNER_WRITES = 0o200;
const GROUP_WRITES = 0o020;
const ALL_WRITE = 0o002;

/**
 * A host folder for the store, there and writable for the store's user: Docker would make a missing one as root.
 * @throws RmaError RMA_STORE_UNWRITABLE (3) with the command that mends it
 */
export async function prepareHostFolder(box: Box, access: StoreAccess): Promise<void> {
  if (access.volume.type !== 'host') return;
  const { path } = access.volume;
  if ((await box.files.facts(path)) === null) {
    await box.files.folder(path, STORE_MODE);
    if (box.caller.uid === 0) await box.files.own(path, access.owner.uid, access.owner.gid);
  }
  await checkHostFolder(box, access);
}

/** @throws RmaError RMA_STORE_UNWRITABLE (3), RMA_STORE_NOT_A_FOLDER, RMA_STORE_READ_ONLY (3) */
export async function checkHostFolder(box: Box, access: StoreAccess): Promise<void> {
  if (access.volume.type !== 'host') return;
  const { path } = access.volume;
  const { uid, gid } = access.owner;
  const facts = await box.files.facts(path);
  if (facts === null) return;
  if (facts.kind !== 'folder') {
    throw new RmaError('RMA_STORE_NOT_A_FOLDER', `the store ${path} is not a folder`, {
      exitCode: EXIT.notReady,
      hint: 'name a folder: --volume host:/path/of/a/folder',
    });
  }
  if (await box.files.isReadOnly(path)) {
    throw new RmaError(
      'RMA_STORE_READ_ONLY',
      `the store ${path} lies on a file system that is mounted read-only`,
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
    `the worker runs as ${uid}:${gid} and cannot write to ${path} (${seen})`,
    {
      exitCode: EXIT.notReady,
      hint: `give it the folder: sudo chown -R ${uid}:${gid} '${path}' && sudo chmod u+rwx '${path}' (or choose its owner: --owner ${facts.uid}:${facts.gid})`,
    },
  );
}
