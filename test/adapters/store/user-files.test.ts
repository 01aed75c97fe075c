import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { clockAhead, KEEP_30_DAYS, noWait, storeTree, testCache } from '../../helpers/store/cache-fixture.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const files = {
  'config.json': '{}',
  'model.safetensors': { content: Buffer.alloc(2000, 'w'), lfs: true },
};
const LAYOUTS = ['hf:org/tiny', 'hf:org/tiny#layout=plain', 'ms:org/tiny'];

/** Returns a store with a pulled model, and files of the user in its directory. */
async function storeWithUserFiles(ref: string) {
  const hub = await hubForTest({ repos: { 'org/tiny': { files } } });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve(ref)]);
  const store = testStore(root);
  const path = (await store.inventory()).models[0]?.path ?? '';
  mkdirSync(join(root, path, 'lora'));
  for (const name of ['notes.txt', 'lora/adapter.safetensors']) writeFileSync(join(root, path, name), 'mine');
  const own = { [`${path}/lora/adapter.safetensors`]: 'mine', [`${path}/notes.txt`]: 'mine' };
  return { root, store, path, own };
}

function withoutRecords(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(storeTree(root)).filter(([path]) => !path.startsWith('.rma/')));
}

describe('files of the user in the directory of a pulled model', () => {
  test.each(LAYOUTS)('are unknown files, and no files of the model: %s', async (ref) => {
    const { store, own } = await storeWithUserFiles(ref);
    const { models, unknown } = await store.inventory();
    expect(models).toHaveLength(1);
    expect(models[0]?.files.map((file) => file.path)).toEqual(['config.json', 'model.safetensors']);
    expect(unknown.reduce((count, item) => count + item.files, 0)).toBe(Object.keys(own).length);
  });

  test.each(LAYOUTS)('stay where they are when prune marks and deletes the model: %s', async (ref) => {
    const { root, own } = await storeWithUserFiles(ref);
    await testCache(root, { clock: clockAhead(60) }).prune(KEEP_30_DAYS, noWait);
    expect(withoutRecords(root)).toEqual(own);
    await testCache(root, { clock: clockAhead(62) }).prune(KEEP_30_DAYS, noWait);
    expect(withoutRecords(root)).toEqual(own);
  });

  test.each(LAYOUTS)('stay where they are when the model is removed: %s', async (ref) => {
    const { root, store, path, own } = await storeWithUserFiles(ref);
    const { signal } = new AbortController();
    await store.remove([path], { force: false, onWait: () => undefined, signal });
    expect(withoutRecords(root)).toEqual(own);
  });

  test('are kept with the model if another program wrote to its directory, too', async () => {
    const { root, path } = await storeWithUserFiles('hf:org/tiny#layout=plain');
    mkdirSync(join(root, path, '.cache/huggingface'), { recursive: true });
    writeFileSync(join(root, path, '.cache/huggingface/.gitignore'), '*');
    const before = withoutRecords(root);
    await testCache(root, { clock: clockAhead(60) }).prune(KEEP_30_DAYS, noWait);
    expect(withoutRecords(root)).toEqual(before);
  });
});
