import { readFileSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import { sha256 } from '../../helpers/store/model-server.ts';
import { HUB_CACHE, hubOfAll, pullInto, WEIGHTS } from '../../helpers/store/pulled-store.ts';
import { repairStore, verifyStore } from '../../helpers/store/verify-fixture.ts';

/** A disk with a bad sector: a file whose inode was there at the start cannot be read. */
function badSector(path: string, code: string): Disk {
  const { ino } = statSync(path);
  return {
    ...realDisk,
    open: async (...args) => {
      const handle = await realDisk.open(...args);
      if ((await handle.stat()).ino !== ino) return handle;
      const read = () =>
        Promise.reject(Object.assign(new Error(`${code}: injected`), { code, syscall: 'read' }));
      return new Proxy(handle, {
        get: (target: FileHandle, key) => {
          const value: unknown = key === 'read' ? read : Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

test('[fail C4] a file with a bad sector is downloaded again, and stays in the quarantine', async () => {
  const root = quickFolder();
  const hub = await hubOfAll();
  await pullInto(root, hub, ['hf:org/name']);
  const place = join(HUB_CACHE, 'blobs', sha256(WEIGHTS));
  const disk = badSector(join(root, place), 'EIO');
  const { problems } = await verifyStore(root, { deep: true, disk });
  expect(problems).toMatchObject([
    { path: place, kind: 'unreadable', text: 'cannot be read (EIO)', fix: { kind: 'fetch' } },
  ]);
  expect(await repairStore(root, hub.endpoint, { disk })).toMatchObject({
    problems: [{ path: place, outcome: 'repaired' }],
    fetchedBytes: WEIGHTS.length,
    exitCode: 0,
  });
  expect(readFileSync(join(root, place)).equals(WEIGHTS)).toBe(true);
  expect(await verifyStore(root, { deep: true, disk })).toMatchObject({ problems: [], unread: 0 });
});

test('a file that this user may not read is not replaced', async () => {
  const root = quickFolder();
  const hub = await hubOfAll();
  await pullInto(root, hub, ['hf:org/name']);
  const disk = badSector(join(root, HUB_CACHE, 'blobs', sha256(WEIGHTS)), 'EACCES');
  expect(await repairStore(root, hub.endpoint, { disk })).toMatchObject({
    problems: [{ kind: 'unreadable', outcome: 'unrepairable' }],
    fetchedBytes: 0,
  });
});
