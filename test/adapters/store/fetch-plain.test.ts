import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { engineSubpath, modelVersion } from '../../../src/core/source/describe-model.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { filesIn } from '../../helpers/store/ms-fixture.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { patternContent } from '../../hub/content.ts';
import { startHub } from '../../hub/hub.ts';

const WEIGHTS = patternContent(300_000);
const FILES = {
  'config.json': '{"v": 1}\n',
  'model.safetensors': { content: WEIGHTS, lfs: true },
  'tokenizer/vocab.txt': 'a\nb\n',
};
const REF = 'hf:org/name#layout=plain';

async function setUp(disk: Disk = realDisk) {
  const hub = await startHub({ repos: { 'org/name': { files: FILES } } });
  onTestFinished(() => hub.close());
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint, { disk });
  return {
    hub,
    root,
    store: fetcher.store,
    folder: join(root, 'local/org/name'),
    fetch: async (ref = REF) => {
      const model = await fetcher.resolve(ref);
      const [result] = await fetcher.fetch([model]);
      return { model, ...result };
    },
  };
}

test('[req K01] [req K03] a repository is stored as a plain directory at one commit; a second run downloads nothing', async () => {
  const { hub, folder, fetch } = await setUp();
  const { model, ...result } = await fetch();
  expect(result).toMatchObject({ state: 'present' });
  expect(model).toMatchObject({ ref: REF, commit: hub.commit('org/name').sha });
  expect(engineSubpath(model)).toBe('local/org/name');
  expect(filesIn(folder)).toEqual(Object.keys(FILES).sort());
  expect(statSync(join(folder, 'config.json')).mode & 0o7777).toBe(0o644);
  hub.log.clear();
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(hub.log.contentRequests()).toEqual([]);
});

test('a new directory appears complete, by one rename', async () => {
  const seen: string[][] = [];
  const { folder, fetch } = await setUp({
    ...realDisk,
    rename: async (from, to) => {
      await realDisk.rename(from, to);
      if (to === folder_()) seen.push([...filesIn(String(to))]);
    },
  });
  const folder_ = () => folder;
  await fetch();
  expect(seen).toEqual([Object.keys(FILES).sort()]);
});

test('content that the hub cache has is linked, not downloaded again', async () => {
  const { hub, root, folder, fetch } = await setUp();
  await fetch('hf:org/name');
  hub.log.clear();
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(hub.log.contentRequests()).toEqual([]);
  const commit = hub.commit('org/name').sha;
  const inode = (path: string) => statSync(path).ino;
  expect(inode(join(folder, 'model.safetensors'))).toBe(
    inode(join(root, 'huggingface/hub/models--org--name/snapshots', commit, 'model.safetensors')),
  );
  // the directory does not depend on the cache
  rmSync(join(root, 'huggingface'), { recursive: true });
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"v": 1}\n');
});

test('a directory of another program is adopted, and its own files are kept', async () => {
  const { hub, folder, fetch } = await setUp();
  const { root } = await setUp().then(async (other) => {
    await other.fetch();
    return other;
  });
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(join(root, 'local/org/name'), folder);
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  hub.log.clear();
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(hub.log.contentRequests()).toEqual([]);
  hub.publish('org/name', {
    files: { 'config.json': '{"v": 2}\n', 'model.safetensors': FILES['model.safetensors'] },
  });
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 9 });
  expect(readdirSync(folder)).toEqual(['config.json', 'mine.txt', 'model.safetensors', 'tokenizer']);
});

test.each([
  ['of another size', '[]'],
  ['of the same size', '{"v": 9}\n'],
])('a first pull does not replace a file of the user %s, and downloads nothing', async (_name, mine) => {
  const { hub, folder, fetch } = await setUp();
  plantFile(folder, 'config.json', mine);
  const path = join(folder, 'config.json');
  expect(await fetch()).toMatchObject({
    state: 'failed',
    fetchedBytes: 0,
    error: {
      code: 'RMA_STORE_NAME_TAKEN',
      exitCode: 6,
      message: `cannot store ${REF}: ${path} has different content and was not written by rma`,
      hint: 'move the file away, then run the command again',
    },
  });
  expect(readFileSync(path, 'utf8')).toBe(mine);
  expect(hub.log.contentRequests()).toEqual([]);
  renameSync(path, join(folder, 'my-config.json'));
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(filesIn(folder)).toEqual([...Object.keys(FILES), 'my-config.json'].sort());
});

test('a pull does not follow or replace a link of the user that leads out of the store', async () => {
  const { folder, fetch } = await setUp();
  const mine = plantFile(tempFolder(), 'config.json', 'mine');
  mkdirSync(folder, { recursive: true });
  symlinkSync(mine, join(folder, 'config.json'));
  expect(await fetch()).toMatchObject({ error: { code: 'RMA_STORE_NAME_TAKEN' } });
  expect(readlinkSync(join(folder, 'config.json'))).toBe(mine);
});

test('the error of a first pull names one of several files of the user, and their number', async () => {
  const { folder, fetch } = await setUp();
  for (const path of Object.keys(FILES)) plantFile(folder, path, 'mine');
  expect(await fetch()).toMatchObject({
    error: {
      message: `cannot store ${REF}: ${join(folder, 'config.json')} and 2 other files have different content and were not written by rma`,
      hint: 'move the files away, then run the command again',
    },
  });
});

test('after the branch has moved, only changed files are downloaded, and files of rma that are gone are removed', async () => {
  const { hub, folder, fetch } = await setUp();
  await fetch();
  hub.publish('org/name', {
    files: { 'config.json': '{"v": 2}\n', 'model.safetensors': FILES['model.safetensors'] },
  });
  expect(await fetch()).toMatchObject({ state: 'present', fetchedBytes: 9 });
  expect(filesIn(folder)).toEqual(['config.json', 'model.safetensors']);
});

test('the inventory names the reference of a plain directory, with its commit, and removes it', async () => {
  const { root, fetch } = await setUp();
  const { model } = await fetch();
  const pinned = `hf:org/name@${modelVersion(model)}#layout=plain`;
  const found = await testStore(root).inventory();
  expect(found.models).toMatchObject([
    { references: [REF, pinned], source: 'plain', path: 'local/org/name', commit: modelVersion(model) },
  ]);
  expect(found.models[0]?.files.every(({ isVerified }) => isVerified)).toBe(true);
  const options = { force: false, onWait: () => {}, signal: new AbortController().signal };
  await testStore(root).remove(['local/org/name'], options);
  expect(await testStore(root).inventory()).toMatchObject({ models: [], unknown: [] });
  expect(readdirSync(join(root, 'local'))).toEqual([]);
});

test('without a hub, the store is read by its record, and by the commit without one', async () => {
  const { root, fetch } = await setUp();
  const { model } = await fetch();
  expect(await testStore(root).recall(REF)).toMatchObject({ model, missing: [] });
  rmSync(join(root, '.rma/models'), { recursive: true });
  const named = `hf:org/name@${modelVersion(model)}:config.json#layout=plain`;
  expect(await testStore(root).recall(named)).toMatchObject({
    model: { ref: named, source: 'plain', commit: modelVersion(model), files: [{ path: 'config.json' }] },
    missing: [],
  });
});
