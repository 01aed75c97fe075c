import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { KEEP_30_DAYS, noWait, setAge, testCache } from '../../helpers/store/cache-fixture.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { blob, plantOllama } from '../../helpers/store/old-models.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

test('directories that could not be read are named by a run of prune and its preview', async () => {
  plantOllama(root);
  plantFile(root, 'gguf/default/one.gguf', 'GGUF');
  setAge(root, 40, blob('5'));
  const readdir = (async (path: string, options: { withFileTypes: true }) => {
    if (path.endsWith('/gguf/default'))
      throw Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'scandir' });
    return realDisk.readdir(path, options);
  }) as Disk['readdir'];
  const cache = testCache(root, { disk: { ...realDisk, readdir } });
  const denied = ['gguf/default'];
  expect(await cache.preview(KEEP_30_DAYS)).toMatchObject({ denied });
  expect(await cache.prune(KEEP_30_DAYS, noWait)).toMatchObject({ denied });
  expect(await cache.prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [], denied });
});

describe('workers whose host and project join to the same text', () => {
  const one = { host: 'a-b', project: 'c', profile: 'chat', refs: ['ollama:a'] };
  const other = { host: 'a', project: 'b-c', profile: 'chat', refs: ['ollama:b'] };

  test('have a record each, and each is forgotten alone', async () => {
    plantOllama(root);
    const store = testStore(root);
    await store.prepare();
    await store.recordNeeds(one);
    await store.recordNeeds(other);
    const users = async () =>
      (await store.inventory()).models.map(({ neededBy }) => neededBy.map(({ host }) => host));
    expect(await users()).toEqual([['a-b'], ['a']]);
    expect(await testCache(root).forget({ host: 'a', project: 'b-c', profiles: null })).toEqual(['chat']);
    expect(await users()).toEqual([['a-b'], []]);
  });

  test('the record of an earlier version is read, and replaced by its own worker only', async () => {
    plantOllama(root);
    const store = testStore(root);
    await store.prepare();
    const old = '.rma/projects/a-b-c.chat.json';
    plantFile(root, old, `${JSON.stringify({ schema: 'rma.needs/v1', ...one })}\n`);
    await store.recordNeeds(other);
    const users = async () =>
      (await store.inventory()).models.map(({ neededBy }) => neededBy.map(({ host }) => host));
    expect(await users()).toEqual([['a-b'], ['a']]);
    await store.recordNeeds(one);
    expect(await users()).toEqual([['a-b'], ['a']]);
    expect(readdirSync(join(root, '.rma/projects'))).toEqual(['a-b@c.chat.json', 'a@b-c.chat.json']);
    plantFile(root, old, `${JSON.stringify({ schema: 'rma.needs/v1', ...one })}\n`);
    expect(await testCache(root).forget({ host: 'a-b', project: 'c', profiles: null })).toEqual(['chat']);
    expect(readdirSync(join(root, '.rma/projects'))).toEqual(['a@b-c.chat.json']);
  });
});
