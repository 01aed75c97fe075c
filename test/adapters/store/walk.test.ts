import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { StoreGuard } from '../../../src/adapters/store/disk/store-guard.ts';
import { walk } from '../../../src/adapters/store/inventory/walk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';

test('a walk lists all files by path, and marks those with another hard link', async () => {
  const root = tempFolder();
  for (const path of ['a/x', 'a/y/z', 'a-b', 'a.txt', 'a0/x', 'b']) plantFile(root, path, path);
  linkSync(join(root, 'a/x'), join(root, 'c'));
  symlinkSync('a-b', join(root, 'link'));
  symlinkSync('c', join(root, 'link-to-c'));
  const guard = new StoreGuard([root]);
  const { files } = await walk({ disk: realDisk, guard }, { root, skip: new Set(), reads: () => false });
  expect(files.map(({ path, isOnlyName, target }) => [path, isOnlyName, target])).toEqual([
    ['a-b', true, null],
    ['a.txt', true, null],
    ['a/x', false, null],
    ['a/y/z', true, null],
    ['a0/x', true, null],
    ['b', true, null],
    ['c', false, null],
    ['link', true, 'a-b'],
    ['link-to-c', false, 'c'],
  ]);
});
