import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { NEXT, setUpMs } from '../../helpers/store/ms-fixture.ts';

/** A disk that records synced directories. With `errno` every sync of a directory fails. */
function directoryDisk(errno: string | null): { readonly disk: Disk; readonly synced: Set<string> } {
  const synced = new Set<string>();
  const open: Disk['open'] = async (path, ...rest) => {
    const handle = await realDisk.open(path, ...rest);
    if (!(await handle.stat()).isDirectory()) return handle;
    vi.spyOn(handle, 'sync').mockImplementation(async () => {
      if (errno !== null) throw Object.assign(new Error('injected'), { code: errno, syscall: 'fsync' });
      synced.add(String(path));
    });
    return handle;
  };
  return { disk: { ...realDisk, open }, synced };
}

test('[fail D2] syncs the parent of a new model directory, then the directory of each added file', async () => {
  const { disk, synced } = directoryDisk(null);
  const { root, folder, fetch, publish } = await setUpMs({ disk });
  await fetch();
  expect(synced).toContain(join(root, 'modelscope/org'));
  expect(synced).not.toContain(folder);
  publish({ ...NEXT, 'copy/new.txt': 'new\n' });
  await fetch();
  expect(synced).toContain(folder);
  expect(synced).toContain(join(folder, 'copy'));
});

test('[fail D2] a directory that cannot be synced fails the download', async () => {
  const { fetch, check } = await setUpMs(directoryDisk('EIO'));
  expect(await fetch()).toMatchObject({ state: 'failed', error: { code: 'RMA_STORE_IO', exitCode: 1 } });
  expect(await check()).toMatchObject({ state: 'missing' });
});

test.each(['EINVAL', 'ENOTSUP', 'EPERM'])(
  'downloads to a file system that rejects syncs of directories with %s',
  async (errno) => {
    const { fetch } = await setUpMs(directoryDisk(errno));
    expect(await fetch()).toMatchObject({ state: 'present' });
  },
);
