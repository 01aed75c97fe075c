import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FILES, filesIn, setUpMs, writeFiles } from '../../helpers/store/ms-fixture.ts';

test.each([
  ['of old SDKs', 'models/org/na___me'],
  ['of old SDKs without models', 'org/na___me'],
  ['of old SDKs under hub', 'hub/models/org/na___me'],
  ['of new SDKs', 'models/org--na.me/snapshots/master'],
  ['of new SDKs, another revision', 'models/org--na.me/snapshots/v1'],
])('[req K05] hashes and links a cache %s, without a content request', async (_name, place) => {
  const { root, folder, fetch, contents, check } = await setUpMs();
  const seed = join(root, 'modelscope', place);
  writeFiles(seed);
  writeFileSync(join(seed, '.msc'), 'a pickle');
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(0);
  expect(filesIn(folder)).toEqual(Object.keys(FILES).sort());
  const inode = (base: string) => statSync(join(base, 'model.safetensors')).ino;
  expect(inode(folder)).toBe(inode(seed));
  expect(await check()).toMatchObject({ state: 'present' });
});

test('skips a corrupt file of a cache and adopts the others', async () => {
  const { root, fetch } = await setUpMs();
  const seed = join(root, 'modelscope/models/org/na___me');
  writeFiles(seed);
  writeFileSync(join(seed, 'config.json'), '{"v": 9}\n');
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 9 });
  expect(readFileSync(join(seed, 'config.json'), 'utf8')).toBe('{"v": 9}\n');
});

test('adopts the targets of a cache of symbolic links', async () => {
  const { root, folder, fetch, contents } = await setUpMs();
  const [seed, blobs] = [join(root, 'modelscope/models/org/na___me'), join(root, 'modelscope/blobs')];
  writeFiles(blobs);
  for (const path of filesIn(blobs)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true });
    symlinkSync(join(blobs, path), join(seed, path));
  }
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(0);
  const names = readdirSync(folder, { withFileTypes: true });
  expect(names.some((entry) => entry.isSymbolicLink())).toBe(false);
});

test('copies a cache on another file system', async () => {
  const isSeed = (path: unknown) => String(path).includes('/models/org/');
  const disk: Disk = {
    ...realDisk,
    link: (from, to) =>
      isSeed(from)
        ? Promise.reject(Object.assign(new Error('other device'), { code: 'EXDEV', syscall: 'link' }))
        : realDisk.link(from, to),
  };
  const { root, folder, fetch, contents } = await setUpMs({ disk });
  const seed = join(root, 'modelscope/models/org/na___me');
  writeFiles(seed);
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(0);
  const inode = (base: string) => statSync(join(base, 'model.safetensors')).ino;
  expect(inode(folder)).not.toBe(inode(seed));
});

test('follows the link that old SDKs create for a name with dots, also to repair a file', async () => {
  const { root, folder, fetch, contents } = await setUpMs();
  const owner = join(root, 'modelscope/org');
  writeFiles(join(owner, 'na___me'));
  symlinkSync('na___me', folder);
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(0);
  writeFileSync(join(folder, 'config.json'), '{"v": 9}\n');
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 9 });
  expect(readFileSync(join(owner, 'na___me/config.json'), 'utf8')).toBe('{"v": 1}\n');
});
