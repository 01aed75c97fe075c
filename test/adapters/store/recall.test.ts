import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordName } from '../../../src/core/source/model-record.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { ollama, setUpOllama, writeLikeOllama } from '../../helpers/store/ollama-fixture.ts';
import {
  ggufContent,
  hubFolder,
  smallRepo,
  testFetcher,
  testStore,
} from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const GGUF = ggufContent();
const content = {
  repos: {
    'Acme/Tiny': { files: { 'config.json': '{}', 'model.safetensors': 'weights', 'notes.txt': 'notes' } },
  },
  ollama: { 'library/tiny:latest': ollama['library/tiny:latest'] },
  modelscope: { 'Acme/Tiny': { files: { 'config.json': '{}', 'model.safetensors': 'weights' } } },
};

async function filled(ref: string) {
  const server = await startModelServer();
  server.serve({ ...smallRepo(), files: smallRepo().files });
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url);
  const model = await fetcher.resolve(ref);
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  return { server, root, model, store: testStore(root) };
}

describe('recall after a download', () => {
  test.each(['hf:acme/tiny', 'hf:acme/tiny:*.safetensors', 'hf:acme/tiny:config.json'])(
    '[case F14] returns %s as the hub described it',
    async (ref) => {
      const { store, model } = await filled(ref);
      const recalled = await store.recall(ref);
      expect(recalled).toEqual({
        model,
        recordedAt: expect.any(String),
        missing: [],
        check: await store.check(model),
      });
    },
  );

  test('[case F15] returns the same entry for another case of the name', async () => {
    const { store, model, root } = await filled('hf:acme/tiny');
    expect(await store.recall('hf:Acme/Tiny')).toMatchObject({
      model: { ...model, ref: 'hf:Acme/Tiny' },
      missing: [],
    });
    rmSync(join(root, '.rma/models'), { recursive: true });
    rmSync(join(root, '.rma/receipts'), { recursive: true });
    expect(await store.recall('hf:ACME/tiny')).toMatchObject({
      model: { repo: 'acme/tiny', ref: 'hf:ACME/tiny' },
      missing: [],
    });
  });

  test('[case F14] returns a part of a repository that is recorded as a whole', async () => {
    const hub = await hubForTest(content);
    const root = tempFolder();
    const fetcher = testFetcher(root, hub.endpoint);
    await fetcher.fetch([await fetcher.resolve('hf:Acme/Tiny')]);
    for (const ref of ['hf:Acme/Tiny:*.json', 'hf:Acme/Tiny:notes.txt']) {
      const recalled = await testStore(root).recall(ref);
      const model = await fetcher.resolve(ref);
      expect(recalled).toEqual({
        model,
        recordedAt: expect.any(String),
        missing: [],
        check: await testStore(root).check(model),
      });
    }
    expect(await testStore(root).recall('hf:Acme/Tiny:*.gguf')).toBeNull();
  });

  test('[case F14] names the files that the store lost', async () => {
    const { store, root } = await filled('hf:acme/tiny');
    rmSync(join(hubFolder(root, 'acme/tiny'), 'blobs'), { recursive: true });
    mkdirSync(join(hubFolder(root, 'acme/tiny'), 'blobs'));
    const recalled = await store.recall('hf:acme/tiny');
    expect(recalled?.missing).toHaveLength(6);
  });

  test('[case F14] returns Ollama, ModelScope and URL models', async () => {
    const hub = await hubForTest(content);
    const root = tempFolder();
    const fetcher = testFetcher(root, hub.endpoint);
    for (const ref of ['ollama:tiny', 'ms:Acme/Tiny', 'hf:Acme/Tiny']) {
      const model = await fetcher.resolve(ref);
      await fetcher.fetch([model]);
      expect(await testStore(root).recall(ref)).toMatchObject({ model, missing: [] });
    }
  });

  test('[case F14] reads the bytes of a file, and nothing of one that the store lacks', async () => {
    const { store, model } = await filled('hf:acme/tiny');
    const config = model.files.find(({ path }) => path === 'config.json')!;
    const bytes = await store.read(model, config, { from: 2, to: 12 });
    expect(Buffer.from(bytes).toString()).toBe('model_type');
    const absent = { path: 'other.txt', bytes: 1, digest: null };
    await expect(store.read(model, absent, { from: 0, to: 1 })).rejects.toMatchObject({
      code: 'RMA_STORE_CHANGED',
    });
  });
});

describe('a record of a reference', () => {
  test('[case F14] is added to an older store when its model is found present', async () => {
    const { root, model, server, store } = await filled('hf:acme/tiny:*.safetensors');
    rmSync(join(root, '.rma/models'), { recursive: true });
    expect(await store.recall(model.ref)).toBeNull();
    expect(await testFetcher(root, server.url).fetch([model])).toMatchObject([{ state: 'present' }]);
    expect(await store.recall(model.ref)).toMatchObject({ model, missing: [] });
  });

  test.each<readonly [string, (path: string) => void]>([
    ['a directory', (path) => mkdirSync(path)],
    ['a link out of the store', (path) => symlinkSync('/etc/hostname', path)],
    ['empty', (path) => writeFileSync(path, '')],
    ['half written', (path) => writeFileSync(path, '{"schema":"rma.model/v1","mod')],
  ])('[case F14] counts as absent if it is %s', async (_, plant) => {
    const { root, model, store } = await filled('hf:acme/tiny:*.safetensors');
    const path = join(root, '.rma/models', recordName(parseModelRef(model.ref)));
    rmSync(path);
    plant(path);
    expect(await store.recall(model.ref)).toBeNull();
  });
});

describe('recall without a record', () => {
  async function withoutRecords(ref = 'hf:acme/tiny') {
    const parts = await filled(ref);
    rmSync(join(parts.root, '.rma'), { recursive: true });
    return { ...parts, folder: hubFolder(parts.root, 'acme/tiny') };
  }

  test('[case F14] reads the ref and the listing of a Hugging Face cache', async () => {
    const { store, model, folder } = await withoutRecords();
    for (const ref of ['hf:acme/tiny', `hf:acme/tiny@${String(model['commit'])}`, 'hf:acme/tiny:*.json']) {
      const recalled = await store.recall(ref);
      expect(recalled).toMatchObject({ recordedAt: null, missing: [], model: { commit: model['commit'] } });
    }
    expect((await store.recall('hf:acme/tiny'))?.model.files).toEqual(
      expect.arrayContaining([...model.files]),
    );
    expect(await store.recall('hf:acme/tiny@v1')).toBeNull();
    rmSync(join(folder, 'refs'), { recursive: true });
    expect(await store.recall('hf:acme/tiny')).toBeNull();
  });

  test('[case F14] reads the links of a snapshot without a listing', async () => {
    const { store, model, folder } = await withoutRecords();
    rmSync(join(folder, 'trees'), { recursive: true });
    const recalled = await store.recall('hf:acme/tiny');
    expect(recalled).toMatchObject({ recordedAt: null, missing: [] });
    expect([...recalled!.model.files].sort(byPath)).toEqual([...model.files].sort(byPath));
  });

  test('[case F14] does not use a part of a repository as the whole, nor for a pattern', async () => {
    const { store, root } = await filled('hf:acme/tiny:config.json');
    rmSync(join(root, '.rma/models'), { recursive: true });
    expect(await store.recall('hf:acme/tiny')).toBeNull();
    expect(await store.recall('hf:acme/tiny:*.json')).toBeNull();
    expect(await store.recall('hf:acme/tiny:config.json')).toMatchObject({ missing: [] });
  });

  test('[case F14] names the files of a full listing that were never downloaded', async () => {
    const { store, folder, model } = await withoutRecords();
    rmSync(join(folder, 'snapshots', String(model['commit']), 'config.json'));
    const blobs = readdirSync(join(folder, 'blobs'));
    const config = model.files.find(({ path }) => path === 'config.json')!;
    rmSync(join(folder, 'blobs', blobs.find((name) => name === config.digest?.hex)!));
    expect((await store.recall('hf:acme/tiny'))?.missing).toEqual([config]);
  });

  test('[case F14] reads the manifest of a store that Ollama filled', async () => {
    const { manifest, model } = await setUpOllama();
    const root = tempFolder();
    writeLikeOllama(root, manifest, ollama['library/tiny:latest']);
    const store = testStore(root);
    expect(await store.recall('ollama:tiny')).toEqual({
      model,
      recordedAt: null,
      missing: [],
      check: await store.check(model),
    });
    expect(await store.recall('ollama:tiny:other')).toBeNull();
    writeFileSync(join(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest'), '<html>');
    expect(await store.recall('ollama:tiny')).toBeNull();
  });

  test('[case F14] returns no model of an empty store, and writes nothing', async () => {
    const root = tempFolder();
    for (const ref of ['hf:a/b', 'ollama:x', 'ms:a/b', 'https://host.example/x.gguf']) {
      expect(await testStore(root).recall(ref)).toBeNull();
    }
    expect(readdirSync(root)).toEqual([]);
  });
});

test('[case F14] a file of a direct URL is recalled from its receipt', async () => {
  const hub = await hubForTest({ files: { 'x.gguf': GGUF } });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const ref = `${hub.endpoint}/files/x.gguf`;
  const model = await fetcher.resolve(ref);
  await fetcher.fetch([model]);
  rmSync(join(root, '.rma/models'), { recursive: true });
  const recalled = await testStore(root).recall(ref);
  expect(recalled).toMatchObject({
    missing: [],
    model: { url: ref, files: [{ path: 'x.gguf', bytes: 100_000 }] },
  });
  expect(await testStore(root).recall(`${ref}#sha256=${'0'.repeat(64)}`)).toBeNull();
});

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
