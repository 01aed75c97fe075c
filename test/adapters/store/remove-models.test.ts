import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  COMMIT,
  OTHER,
  ollamaManifest,
  plantFile,
  plantSnapshot,
  sha,
} from '../../helpers/store/foreign-store.ts';
import { HUB, MANIFESTS } from '../../helpers/store/old-models.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

const content = {
  repos: { 'Acme/Tiny': { files: { 'config.json': '{}', 'model.safetensors': 'weights' } } },
  modelscope: { 'Acme/Tiny': { files: { 'config.json': '{}' } } },
};

async function remove(paths: readonly string[], force = false) {
  const { signal } = new AbortController();
  return testStore(root).remove(paths, { force, onWait: () => undefined, signal });
}

/** Returns the files of the store outside `.rma`. */
function files(): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.rma/'))
    .sort();
}

describe('the removal of models', () => {
  test('[req R77] removes a commit of a hub cache with its refs, and keeps the blobs of the others', async () => {
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'sub/x.json': sha('2') });
    plantSnapshot(root, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('1') });
    plantFile(root, `${HUB}/refs/main`, COMMIT);
    plantFile(root, `${HUB}/refs/pr/1`, OTHER);
    plantFile(root, `${HUB}/trees/${COMMIT}.json`, '{}');
    const removal = await remove([`${HUB}/snapshots/${COMMIT}`]);
    expect(removal).toMatchObject({ freedBytes: 75, keptBytes: 75 });
    expect(removal.names.slice(0, 2)).toEqual([`${HUB}/refs/main`, `${HUB}/trees/${COMMIT}.json`]);
    expect(files()).toEqual([
      `${HUB}/blobs/${sha('1')}`,
      `${HUB}/refs/pr/1`,
      `${HUB}/snapshots/${OTHER}/w.gguf`,
    ]);
    expect(existsSync(join(root, HUB, 'snapshots', COMMIT))).toBe(false);
  });

  test('removes the blobs that only the removed models share, and the empty directories of the repository', async () => {
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
    plantSnapshot(root, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('1') });
    const paths = [COMMIT, OTHER].map((commit) => `${HUB}/snapshots/${commit}`);
    expect(await remove(paths)).toMatchObject({ freedBytes: 75, keptBytes: 0 });
    expect(readdirSync(join(root, 'huggingface/hub'))).toEqual([]);
  });

  test('removes a tag of an Ollama store, its manifest first, and keeps shared and unknown blobs', async () => {
    for (const digit of ['3', '4', '5', '6'])
      plantFile(root, `ollama/blobs/sha256-${sha(digit)}`, 'x'.repeat(75));
    plantFile(root, `${MANIFESTS}/a/latest`, ollamaManifest([sha('3')], sha('4')));
    plantFile(root, `${MANIFESTS}/b/latest`, ollamaManifest([sha('3')], sha('5')));
    expect(await remove([`${MANIFESTS}/a/latest`])).toMatchObject({
      contents: [`ollama/blobs/sha256-${sha('4')}`],
      freedBytes: 75,
      keptBytes: 75,
    });
    expect(files()).toEqual([
      ...['3', '5', '6'].map((digit) => `ollama/blobs/sha256-${sha(digit)}`),
      `${MANIFESTS}/b/latest`,
    ]);
    expect(readdirSync(join(root, MANIFESTS))).toEqual(['b']);
  });

  test('removes no blob of an Ollama store while a manifest cannot be read', async () => {
    for (const digit of ['3', '4']) plantFile(root, `ollama/blobs/sha256-${sha(digit)}`, 'x'.repeat(75));
    plantFile(root, `${MANIFESTS}/a/latest`, ollamaManifest([sha('3')], sha('4')));
    plantFile(root, `${MANIFESTS}/b/latest`, '{');
    expect(await remove([`${MANIFESTS}/a/latest`])).toMatchObject({
      contents: [],
      freedBytes: 0,
      keptBytes: 150,
    });
    expect(files()).toHaveLength(3);
  });

  test('removes one name of a file with two, and reports that nothing is freed', async () => {
    mkdirSync(join(root, 'gguf/other'), { recursive: true });
    linkSync(plantFile(root, 'gguf/default/one.gguf'), join(root, 'gguf/other/one.gguf'));
    plantFile(root, 'gguf/default/README.txt');
    expect(await remove(['gguf/default/one.gguf'])).toMatchObject({ freedBytes: 0 });
    expect(files()).toEqual(['gguf/default/README.txt', 'gguf/other/one.gguf']);
  });

  test('does not count content as freed that a hard link outside of the store keeps', async () => {
    const outside = tempFolder();
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'x.json': sha('2') });
    linkSync(join(root, HUB, 'blobs', sha('1')), join(outside, 'w.gguf'));
    const removal = await remove([`${HUB}/snapshots/${COMMIT}`]);
    expect(removal).toMatchObject({ freedBytes: 75, keptBytes: 0, linkedBytes: 75 });
    expect(files()).toEqual([]);
  });

  test('counts content as freed whose hard links are all removed', async () => {
    mkdirSync(join(root, 'gguf/other'), { recursive: true });
    linkSync(plantFile(root, 'gguf/default/one.gguf', 'GGUF'), join(root, 'gguf/other/one.gguf'));
    const paths = ['gguf/default/one.gguf', 'gguf/other/one.gguf'];
    expect(await remove(paths)).toMatchObject({ freedBytes: 4, keptBytes: 0, linkedBytes: 0 });
  });

  test('names the models, links and files of the user that use content which stays', async () => {
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'x.json': sha('2') });
    plantSnapshot(root, { repo: 'org/name', commit: OTHER }, { 'x.json': sha('2') });
    mkdirSync(join(root, 'mine'));
    linkSync(join(root, HUB, 'blobs', sha('1')), join(root, 'mine/copy'));
    symlinkSync(`../${HUB}/blobs/${sha('1')}`, join(root, 'mine/link'));
    expect(await remove([`${HUB}/snapshots/${COMMIT}`])).toMatchObject({
      freedBytes: 0,
      keptBytes: 150,
      keptBy: [`hf:org/name@${OTHER}`, 'mine/copy', 'mine/link'],
    });
    expect(readFileSync(join(root, 'mine/link'), 'utf8')).toBe(`content of ${sha('1')}`);
  });

  test('names the links of the user that lead nowhere without a model, and counts its content as freed', async () => {
    plantFile(root, 'gguf/default/one.gguf', 'GGUF');
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
    symlinkSync('one.gguf', join(root, 'gguf/default/alias.gguf'));
    symlinkSync(`${HUB}/snapshots/${COMMIT}`, join(root, 'mine'));
    expect(await remove(['gguf/default/one.gguf', `${HUB}/snapshots/${COMMIT}`])).toMatchObject({
      models: [
        { reference: 'gguf/default/one.gguf', links: ['gguf/default/alias.gguf'] },
        { reference: `hf:org/name@${COMMIT}`, links: ['mine'] },
      ],
      freedBytes: 79,
      keptBytes: 0,
      keptBy: [],
    });
    expect(files()).toEqual(['gguf/default/alias.gguf', 'mine']);
  });

  test('[req R77] refuses a model that a worker needs, unless forced', async () => {
    plantFile(root, 'gguf/default/one.gguf');
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
    const store = testStore(root);
    await store.prepare();
    await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['hf:org/name:w.gguf'] });
    const paths = [`${HUB}/snapshots/${COMMIT}`];
    await expect(remove(paths)).rejects.toMatchObject({
      code: 'RMA_MODEL_NEEDED',
      message: `hf:org/name@${COMMIT} is needed by demo/chat on box`,
    });
    expect(files()).toHaveLength(3);
    await remove(paths, true);
    expect(files()).toEqual(['gguf/default/one.gguf']);
  });

  test('keeps a blob to which an unknown name leads', async () => {
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
    plantFile(root, 'mine/x');
    rmSync(join(root, 'mine/x'));
    linkSync(join(root, HUB, 'blobs', sha('1')), join(root, 'mine/x'));
    expect(await remove([`${HUB}/snapshots/${COMMIT}`])).toMatchObject({ freedBytes: 0, keptBytes: 75 });
    expect(files()).toEqual(['mine/x']);
  });
});

test('a removed model of rma leaves no receipt and no record, and can be downloaded again', async () => {
  const hub = await hubForTest(content);
  const fetcher = testFetcher(root, hub.endpoint);
  const models = [await fetcher.resolve('hf:Acme/Tiny'), await fetcher.resolve('ms:Acme/Tiny')];
  await fetcher.fetch(models);
  const store = testStore(root);
  const { models: stored } = await store.inventory();
  await remove(stored.map(({ path }) => path));
  expect(files()).toEqual([]);
  expect(await store.recall('hf:Acme/Tiny')).toBeNull();
  expect(await store.inventory()).toMatchObject({
    models: [],
    partial: [],
    orphans: [],
    unknown: [],
    totalBytes: 0,
  });
  expect(await fetcher.fetch(models)).toMatchObject([{ state: 'present' }, { state: 'present' }]);
  expect((await store.inventory()).models).toHaveLength(2);
});
