import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const SNAPSHOT = `huggingface/hub/models--org--name/snapshots/${COMMIT}`;
const MS = 'modelscope/Acme/Tiny';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

const inventory = () => testStore(root).inventory();

async function remove(path: string) {
  const { signal } = new AbortController();
  return testStore(root).remove([path], { force: false, onWait: () => undefined, signal });
}

async function pullFromModelScope(): Promise<void> {
  const files = { 'config.json': '{}', 'model.safetensors': 'weights' };
  const hub = await hubForTest({ repos: { 'Acme/Tiny': { files } } });
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('ms:Acme/Tiny')]);
}

describe("a user's own file inside the directory of a model", () => {
  test('is unknown next to the links of a snapshot, and stays when the model is removed', async () => {
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'sub/x.json': sha('2') });
    plantFile(root, 'huggingface/hub/models--org--name/refs/main', COMMIT);
    plantFile(root, `${SNAPSHOT}/sub/notes.txt`, 'my notes');
    const found = await inventory();
    expect(found.models[0]?.files.map(({ path }) => path)).toEqual(['sub/x.json', 'w.gguf']);
    expect(found.unknown).toMatchObject([{ path: `${SNAPSHOT}/sub/notes.txt`, files: 1, bytes: 8 }]);
    await remove(SNAPSHOT);
    expect(existsSync(join(root, SNAPSHOT, 'sub/notes.txt'))).toBe(true);
    expect(existsSync(join(root, SNAPSHOT, 'w.gguf'))).toBe(false);
    expect(await inventory()).toMatchObject({ models: [], unknown: [{ files: 1, bytes: 8 }] });
  });

  test('is unknown next to the files that rma downloaded from ModelScope, and stays', async () => {
    await pullFromModelScope();
    plantFile(root, `${MS}/mine/adapter.safetensors`, 'my weights');
    const [model] = (await inventory()).models;
    expect(model?.files.map(({ path }) => path)).toEqual(['config.json', 'model.safetensors']);
    expect((await inventory()).unknown).toMatchObject([{ path: `${MS}/mine`, bytes: 10 }]);
    await remove(MS);
    expect(existsSync(join(root, MS, 'mine/adapter.safetensors'))).toBe(true);
    expect(existsSync(join(root, MS, 'config.json'))).toBe(false);
  });

  test('belongs to the model in a directory that ModelScope wrote, because nothing distinguishes it', async () => {
    plantFile(root, `${MS}/.msc`, 'index');
    plantFile(root, `${MS}/model.safetensors`);
    plantFile(root, `${MS}/notes.txt`);
    expect((await inventory()).models[0]?.files.map(({ path }) => path)).toEqual([
      'model.safetensors',
      'notes.txt',
    ]);
  });
});

describe('a directory', () => {
  test('without weights, configuration, receipt or record of a program is no model', async () => {
    plantFile(root, 'modelscope/my/notes/todo.txt', 'notes');
    plantFile(root, `${SNAPSHOT}/notes.txt`, 'notes');
    expect(await inventory()).toMatchObject({ models: [], unknown: [{ bytes: 5 }, { bytes: 5 }] });
  });

  test('of a hub cache on a file system without links is a model with all its files', async () => {
    plantFile(root, 'huggingface/hub/models--org--name/refs/main', COMMIT);
    for (const path of ['README.md', 'w.safetensors']) plantFile(root, `${SNAPSHOT}/${path}`);
    expect((await inventory()).models).toMatchObject([
      { references: ['hf:org/name', `hf:org/name@${COMMIT}`], files: [{}, {}] },
    ]);
    rmSync(join(root, 'huggingface/hub/models--org--name/refs/main'));
    expect((await inventory()).models).toMatchObject([{ references: [`hf:org/name@${COMMIT}`] }]);
  });
});
