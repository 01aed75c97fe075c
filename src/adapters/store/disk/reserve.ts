import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Disk, NO_RECORD, unless } from './disk.ts';
import { openNew } from './files.ts';

/** What the leases, records and directories of a prune of a hundred models need, bytes. */
const RESERVE_BYTES = 1024 * 1024;

/** Writes the reserve of a store if it is not there. Never rejects: a full disk has none. */
export async function keepReserve(disk: Disk, state: string): Promise<void> {
  const path = join(state, 'reserve');
  try {
    const stats = await unless(NO_RECORD, disk.lstat(path));
    if (stats?.size === RESERVE_BYTES) return;
    if (stats !== null) await disk.unlink(path);
    const handle = await openNew(disk, path);
    try {
      // random, because some file systems compress
      await handle.writeFile(randomBytes(RESERVE_BYTES));
    } finally {
      await handle.close();
    }
  } catch {
    // what was written is a smaller reserve
  }
}

/** Runs work that frees space in the end but needs some first: the reserve of the store is deleted meanwhile. */
export async function withReserve<T>(
  { disk, state }: { readonly disk: Disk; readonly state: string },
  work: () => Promise<T>,
): Promise<T> {
  await disk.unlink(join(state, 'reserve')).catch(() => undefined);
  try {
    return await work();
  } finally {
    await keepReserve(disk, state);
  }
}
