import { linkSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verification } from '../../../src/core/domain/inventory.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  COMMIT,
  OTHER,
  ollamaManifest,
  plantFile,
  plantSnapshot,
  sha,
} from '../../helpers/store/foreign-store.ts';
import { ggufContent, testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const WEIGHTS = ggufContent();
const content = {
  repos: {
    'Acme/Tiny': { files: { 'config.json': '{}', 'model.safetensors': 'weights', 'notes.txt': 'notes' } },
  },
  modelscope: { 'Acme/Tiny': { files: { 'config.json': '{}', 'model.safetensors': 'weights' } } },
};

async function filled(...refs: readonly string[]) {
  const hub = await hubForTest(content);
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs) await fetcher.fetch([await fetcher.resolve(ref)]);
  return { root, inventory: () => testStore(root).inventory() };
}

describe('inventory of what rma stored', () => {
  test('lists a repository with its references, its files, their digests and that they are verified', async () => {
    const { inventory } = await filled('hf:Acme/Tiny', 'hf:Acme/Tiny:*.json');
    const found = await inventory();
    expect(found).toMatchObject({ partial: [], orphans: [], unknown: [] });
    const [model] = found.models;
    expect(found.models).toHaveLength(1);
    expect(model).toMatchObject({
      source: 'hf',
      path: `huggingface/hub/models--Acme--Tiny/snapshots/${model?.commit}`,
      missing: [],
      bytes: 14,
      sharedBytes: 0,
      neededBy: [],
    });
    expect(model?.references.slice(0, 2)).toEqual(['hf:Acme/Tiny', `hf:Acme/Tiny@${model?.commit}`]);
    expect(model?.references).toContain('hf:Acme/Tiny:*.json');
    expect(model?.files.map(({ path, bytes, isVerified }) => [path, bytes, isVerified])).toEqual([
      ['config.json', 2, true],
      ['model.safetensors', 7, true],
      ['notes.txt', 5, true],
    ]);
    expect(model?.files.every(({ digest }) => digest !== null)).toBe(true);
  });

  test('lists a file that changed since it was verified as unverified', async () => {
    const { root, inventory } = await filled('ms:Acme/Tiny');
    const [before] = (await inventory()).models;
    expect(before).toMatchObject({ references: ['ms:Acme/Tiny'], path: 'modelscope/Acme/Tiny' });
    expect(before && verification(before)).toBe('all');
    utimesSync(join(root, 'modelscope/Acme/Tiny/config.json'), 1, 1);
    const [after] = (await inventory()).models;
    expect(after && verification(after)).toBe('some');
  });

  test('lists a recorded file that was deleted as missing', async () => {
    const { root, inventory } = await filled('ms:Acme/Tiny');
    rmSync(join(root, 'modelscope/Acme/Tiny/config.json'));
    expect((await inventory()).models).toMatchObject([{ missing: ['config.json'] }]);
  });

  test('names the workers that need a model, for every spelling and every part of its repository', async () => {
    const { root, inventory } = await filled('hf:Acme/Tiny', 'ms:Acme/Tiny');
    const store = testStore(root);
    await store.recordNeeds({ host: 'box', project: 'one', profile: 'p', refs: ['hf:ACME/tiny:*.json'] });
    await store.recordNeeds({
      host: 'box',
      project: 'two',
      profile: 'p',
      refs: ['ms:Acme/Tiny@v1', 'later:thing'],
    });
    expect((await inventory()).models).toMatchObject([
      { source: 'hf', neededBy: [{ host: 'box', project: 'one', profile: 'p' }] },
      { source: 'ms', neededBy: [{ project: 'two' }] },
    ]);
  });
});

describe('inventory of what other programs stored', () => {
  test('[fail U3] lists each commit of a hub cache, with all its branches, and counts a shared blob once', async () => {
    const root = tempFolder();
    plantSnapshot(
      root,
      { repo: 'org/name-x', commit: COMMIT },
      { 'a.json': sha('1').slice(0, 40), 'sub/w.gguf': sha('2') },
    );
    plantSnapshot(root, { repo: 'org/name-x', commit: OTHER }, { 'sub/w.gguf': sha('2') });
    plantFile(root, 'huggingface/hub/models--org--name-x/refs/main', COMMIT);
    plantFile(root, 'huggingface/hub/models--org--name-x/refs/v1', COMMIT);
    plantFile(root, 'huggingface/hub/models--org--name-x/trees/x.tmp', 'x');
    plantFile(root, 'huggingface/hub/.locks/models--org--name-x/1.lock', '');
    plantFile(root, `huggingface/hub/models--org--name-x/blobs/${sha('3')}`, 'orphan');
    plantFile(root, `huggingface/hub/models--org--name-x/blobs/${sha('4')}.incomplete`, 'part');
    const found = await testStore(root).inventory();
    expect(found.models).toMatchObject([
      {
        references: ['hf:org/name-x', 'hf:org/name-x@v1', `hf:org/name-x@${COMMIT}`],
        bytes: 51 + 75,
        sharedBytes: 75,
        files: [
          { path: 'a.json', digest: { algorithm: 'git-sha1' }, isVerified: false, users: 1 },
          { path: 'sub/w.gguf', digest: { algorithm: 'sha256', hex: sha('2') }, users: 2 },
        ],
      },
      { references: [`hf:org/name-x@${OTHER}`], bytes: 75, sharedBytes: 75 },
    ]);
    expect(found.orphans).toMatchObject([{ bytes: 6 }]);
    expect(found.partial).toMatchObject([{ bytes: 4 }]);
    expect(found.unknown).toMatchObject([
      { path: 'huggingface/hub/models--org--name-x/trees', files: 1, bytes: 1 },
    ]);
    expect(found.totalBytes).toBe(51 + 75 + 6 + 4 + 1 + COMMIT.length * 2);
  });

  test('lists a snapshot link without its blob as a missing file', async () => {
    const root = tempFolder();
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('2'), 'x.json': sha('1') });
    rmSync(join(root, 'huggingface/hub/models--org--name/blobs', sha('2')));
    expect((await testStore(root).inventory()).models).toMatchObject([{ missing: ['w.gguf'], bytes: 75 }]);
  });

  test('[fail U3] lists the models of an Ollama store by their manifests, and what their blobs share', async () => {
    const root = tempFolder();
    for (const digit of ['1', '2', '3', '4'])
      plantFile(root, `ollama/blobs/sha256-${sha(digit)}`, `content of ${sha(digit)}`);
    plantFile(root, `ollama/blobs/sha256-${sha('5')}-partial-0`, 'part');
    plantFile(
      root,
      'ollama/manifests/registry.ollama.ai/library/tiny/latest',
      ollamaManifest([sha('1')], sha('2')),
    );
    plantFile(root, 'ollama/manifests/hf.co/org/repo/Q4_K_M', ollamaManifest([sha('1'), sha('6')], sha('3')));
    const found = await testStore(root).inventory();
    expect(found.models).toMatchObject([
      {
        references: ['ollama:hf.co/org/repo:Q4_K_M'],
        missing: [`sha256-${sha('6')}`],
        bytes: 150,
        sharedBytes: 75,
      },
      { references: ['ollama:tiny'], missing: [], bytes: 150, sharedBytes: 75, commit: null },
    ]);
    expect(found.orphans).toEqual([{ path: `ollama/blobs/sha256-${sha('4')}`, files: 1, bytes: 75 }]);
    expect(found.partial).toMatchObject([{ bytes: 4 }]);
    expect(found.unknown).toEqual([]);
  });

  test('lists no blob of an Ollama store as unused while a manifest cannot be read', async () => {
    const root = tempFolder();
    plantFile(root, `ollama/blobs/sha256-${sha('4')}`);
    plantFile(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest', '{');
    const found = await testStore(root).inventory();
    expect(found).toMatchObject({ models: [], orphans: [] });
    expect(found.unknown.map(({ path }) => path)).toEqual(['ollama/blobs', 'ollama/manifests']);
  });

  test('lists GGUF files, split ones as one model, and plain directories', async () => {
    const root = tempFolder();
    plantFile(root, 'gguf/default/big-00001-of-00002.gguf', WEIGHTS);
    plantFile(root, 'gguf/default/big-00002-of-00002.gguf', WEIGHTS);
    plantFile(root, 'gguf/other/half-00002-of-00002.gguf', WEIGHTS);
    linkSync(plantFile(root, 'gguf/default/one.gguf', WEIGHTS), join(root, 'gguf/other/one.gguf'));
    plantFile(root, 'gguf/default/README.txt');
    plantFile(root, 'local/org/name/config.json', '{}');
    const found = await testStore(root).inventory();
    expect(found.models.map(({ references, files, missing }) => [references, files.length, missing])).toEqual(
      [
        [['gguf/default/big-00001-of-00002.gguf'], 2, []],
        [['gguf/default/one.gguf'], 1, []],
        [['gguf/other/half-00001-of-00002.gguf'], 1, ['half-00001-of-00002.gguf']],
        [['gguf/other/one.gguf'], 1, []],
        [['local/org/name'], 1, []],
      ],
    );
    expect(found.models[1]).toMatchObject({ bytes: WEIGHTS.length, sharedBytes: WEIGHTS.length });
    expect(found.totalBytes).toBe(WEIGHTS.length * 4 + 'gguf/default/README.txt'.length + 2);
  });

  test("lists ModelScope's own caches of both layouts", async () => {
    const root = tempFolder();
    plantFile(root, 'modelscope/models/org--name/snapshots/v2/config.json', '{}');
    plantFile(root, 'modelscope/hub/models/org/na___me/config.json', '{}');
    plantFile(root, 'modelscope/hub/models/org/na___me/.msc', 'x');
    plantFile(root, 'modelscope/hub/models/._____temp/org/name/w.bin', 'part');
    plantFile(root, 'modelscope/hub/datasets/org/data/x.csv', 'data');
    plantFile(root, 'modelscope/datasets/org/data/x.csv', 'data');
    plantFile(root, 'modelscope/.lock/model_org___name.lock', '');
    const found = await testStore(root).inventory();
    expect(found.models.map(({ references, path, files }) => [references[0], path, files.length])).toEqual([
      ['ms:org/na.me', 'modelscope/hub/models/org/na___me', 1],
      ['ms:org/name@v2', 'modelscope/models/org--name/snapshots/v2', 1],
    ]);
    expect(found).toMatchObject({ partial: [{ bytes: 4 }] });
    expect(found.unknown.map(({ path }) => path)).toEqual(['modelscope/datasets', 'modelscope/hub/datasets']);
  });
});
