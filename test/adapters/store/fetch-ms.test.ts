import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FILES, filesIn, NEXT, setUpMs, writeFiles } from '../../helpers/store/ms-fixture.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';

test('[req R43] stores a repository as a plain directory readable by all; a second run downloads nothing', async () => {
  const { root, folder, fetch, contents } = await setUpMs();
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(filesIn(folder)).toEqual(Object.keys(FILES).sort());
  expect(statSync(join(folder, 'model.safetensors')).mode & 0o7777).toBe(0o644);
  expect(statSync(join(folder, 'copy')).mode & 0o7777).toBe(0o2775);
  expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  const before = contents();
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(before);
});

test('creates a new directory by one rename', async () => {
  const seen: string[][] = [];
  const disk: Disk = {
    ...realDisk,
    rename: async (from, to) => {
      await realDisk.rename(from, to);
      if (String(to).endsWith('/na.me')) seen.push([...filesIn(String(to))]);
    },
  };
  const { fetch } = await setUpMs({ disk });
  await fetch();
  expect(seen).toEqual([Object.keys(FILES).sort()]);
});

test('after the branch has moved, downloads the changed files and removes its own files that are gone', async () => {
  const { folder, fetch, publish, contents } = await setUpMs();
  await fetch();
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  publish(NEXT);
  const before = contents();
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(contents() - before).toBe(2);
  expect(filesIn(folder)).toEqual([...Object.keys(NEXT), 'mine.txt'].sort());
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"v": 2}\n');
});

test('adopts an existing file, and keeps it when the branch no longer has it', async () => {
  const { folder, fetch, publish, contents } = await setUpMs();
  writeFiles(folder);
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(0);
  publish(NEXT);
  await fetch();
  expect(filesIn(folder)).toContain('old.txt');
});

test('keeps a stale file that was modified', async () => {
  const { folder, fetch, publish } = await setUpMs();
  await fetch();
  writeFileSync(join(folder, 'old.txt'), 'now mine');
  publish(NEXT);
  await fetch();
  expect(readFileSync(join(folder, 'old.txt'), 'utf8')).toBe('now mine');
});

test('extends a partial model without downloading it again, and removes nothing for another part', async () => {
  const { folder, fetch, check } = await setUpMs();
  await fetch('ms:org/na.me:*.json');
  expect(filesIn(folder)).toEqual(['config.json']);
  await fetch('ms:org/na.me:*.txt');
  expect(filesIn(folder)).toEqual(['config.json', 'empty.txt', 'old.txt']);
  expect(await check('ms:org/na.me:*.json')).toMatchObject({ state: 'present' });
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 8000 });
});

test.each(['', 'copy'])(
  '[fail X1] rejects a symbolic link out of the store in place of the directory %j',
  async (part) => {
    const { root, folder, fetch } = await setUpMs();
    const outside = join(root, 'outside');
    mkdirSync(outside);
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    symlinkSync(outside, join(folder, part));
    expect(await fetch()).toMatchObject({
      state: 'failed',
      error: { code: 'RMA_CONTENT_UNSAFE_PATH', exitCode: 6 },
    });
    expect(readdirSync(outside)).toEqual([]);
  },
);

test('rejects a directory instead of a file, and keeps it', async () => {
  const { folder, fetch } = await setUpMs();
  mkdirSync(join(folder, 'config.json/sub'), { recursive: true });
  expect(await fetch()).toMatchObject({ error: { code: 'RMA_STORE_NAME_TAKEN', exitCode: 6 } });
  expect(existsSync(join(folder, 'config.json/sub'))).toBe(true);
});

test('[fail C4] downloads a corrupt file again, and verifies one with a new modification time', async () => {
  const { folder, fetch, contents } = await setUpMs();
  await fetch();
  utimesSync(join(folder, 'model.safetensors'), 1, 1);
  const before = contents();
  expect(await fetch()).toMatchObject({ fetchedBytes: 0 });
  expect(contents()).toBe(before);
  writeFileSync(join(folder, 'model.safetensors'), 'x'.repeat(8000));
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(readFileSync(join(folder, 'model.safetensors'), 'utf8')).toBe('weights '.repeat(1000));
});

test('adopts a store without receipts', async () => {
  const { root, fetch, contents } = await setUpMs();
  await fetch();
  renameSync(join(root, '.rma'), join(root, 'old-records'));
  const before = contents();
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(contents()).toBe(before);
});

test('[fail C11] does not store a file that differs from the listing', async () => {
  const { hub, folder, fetch } = await setUpMs();
  hub.faults.add({ kind: 'wrong-hash', path: '*config.json' });
  const result = await fetch('ms:org/na.me:config.json');
  expect(result).toMatchObject({ error: { code: 'RMA_CONTENT_HASH_MISMATCH', exitCode: 6 } });
  expect(existsSync(folder)).toBe(false);
});

test('trusts a file without a published hash on first download, and restores that content later', async () => {
  const { hub, root, folder } = await setUpMs();
  const fetcher = testFetcher(root, hub.endpoint);
  const resolved = await fetcher.resolve('ms:org/na.me');
  const model = { ...resolved, files: resolved.files.map((file) => ({ ...file, digest: null })) };
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  utimesSync(join(folder, 'config.json'), 1, 1);
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  writeFileSync(join(folder, 'config.json'), '{"v": 9}\n');
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: 9 }]);
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"v": 1}\n');
});

describe('a file without a published hash', () => {
  const setUp = async () => {
    const { hub, root, folder } = await setUpMs();
    const fetcher = testFetcher(root, hub.endpoint);
    const resolved = await fetcher.resolve('ms:org/na.me:config.json');
    const model = { ...resolved, files: resolved.files.map((file) => ({ ...file, digest: null })) };
    return { folder, fetch: async () => (await fetcher.fetch([model]))[0] };
  };

  test('does not replace a file of the user with other content', async () => {
    const { folder, fetch } = await setUp();
    writeFiles(folder, { 'config.json': '{"v": 9}\n' });
    expect(await fetch()).toMatchObject({
      state: 'failed',
      error: { code: 'RMA_STORE_NAME_TAKEN', exitCode: 6 },
    });
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"v": 9}\n');
  });

  test('is recorded after its download if the same content is in place, as after a kill', async () => {
    const { folder, fetch } = await setUp();
    writeFiles(folder, { 'config.json': '{"v": 1}\n' });
    expect(await fetch()).toMatchObject({ state: 'present' });
    expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  });
});
