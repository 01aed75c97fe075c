import { chmodSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import {
  found,
  importAll,
  plantModelScope,
  safetensors,
  stateOf,
} from '../../helpers/store/import-fixture.ts';
import { modelOf } from '../../helpers/store/ollama-fixture.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const weights = { content: safetensors(300_000), lfs: true };
const files = { 'config.json': '{}', 'model.safetensors': weights };
const content = {
  repos: {
    'org/tiny': {
      files,
      revisions: { 'v1.0': { kind: 'tag' as const, files: { ...files, 'config.json': '{"v": 1}' } } },
    },
    'org/gguf': {
      files: { 'a.gguf': { content: 'GGUF a', lfs: true }, 'b.gguf': { content: 'GGUF b', lfs: true } },
    },
  },
  ollama: { 'library/tiny:latest': modelOf('{"num_ctx":1}'), 'library/tiny:two': modelOf('{"num_ctx":2}') },
  modelscope: { 'org/tiny': { files } },
};

/** Returns a hub, and a store that has these models of it, with their records unless another program filled it. */
async function filled(refs: readonly string[], { records = false } = {}) {
  const hub = await hubForTest(content);
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs)
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  if (!records) rmSync(join(root, '.rma'), { recursive: true, force: true });
  hub.log.clear();
  return { hub, root };
}

/** Downloads models into a store, and expects that all content is there. */
async function expectNothingFetched(
  hub: Awaited<ReturnType<typeof filled>>['hub'],
  root: string,
  refs: readonly string[],
) {
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs)
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([
      { state: 'present', fetchedBytes: 0 },
    ]);
  expect(hub.log.contentRequests()).toEqual([]);
}

describe('a hub cache of Hugging Face', () => {
  test('is imported by hard links, so that a pull fetches no content, and is not changed', async () => {
    const refs = ['hf:org/tiny', 'hf:org/tiny@v1.0'];
    const { hub, root: other } = await filled(refs);
    const before = stateOf(other);
    const root = tempFolder();
    expect(await importAll(root, join(other, 'huggingface'))).toMatchObject([
      { ref: 'hf:org/tiny', state: 'imported', placed: { hardLinked: 300_002, reflinked: 0, copied: 0 } },
      { ref: 'hf:org/tiny@v1.0', state: 'imported', placed: { hardLinked: 8 } },
    ]);
    expect(stateOf(other)).toBe(before);
    await expectNothingFetched(hub, root, refs);
    expect(await testStore(root).recall('hf:org/tiny')).toMatchObject({
      missing: [],
      model: { complete: true },
    });
    expect(await importAll(root, join(other, 'huggingface/hub'))).toMatchObject([
      { state: 'present' },
      { state: 'present' },
    ]);
  });

  test('of which only some files were downloaded is imported, and a pattern still finds them offline', async () => {
    const { hub, root: other } = await filled(['hf:org/gguf']);
    const hubDirectory = join(other, 'huggingface/hub');
    const { models } = await testStore(other).inventory();
    const commit = models[0]?.commit ?? '';
    rmSync(join(hubDirectory, 'models--org--gguf/snapshots', commit, 'b.gguf'));
    rmSync(join(other, models[0]?.files.find(({ path }) => path === 'b.gguf')?.content ?? ''));
    const root = tempFolder();
    expect(await importAll(root, hubDirectory)).toMatchObject([{ ref: 'hf:org/gguf', state: 'imported' }]);
    await expectNothingFetched(hub, root, ['hf:org/gguf:a.gguf']);
    expect(await testStore(root).recall('hf:org/gguf:a*')).toMatchObject({
      missing: [],
      model: { files: [{ path: 'a.gguf' }] },
    });
    expect((await testStore(root).recall('hf:org/gguf'))?.missing).toMatchObject([{ path: 'b.gguf' }]);
  });

  test('never moves a branch of the store: another commit is imported without its branch', async () => {
    const { hub, root: other } = await filled(['hf:org/tiny']);
    hub.publish('org/tiny', { files: { ...files, 'config.json': '{"new": 1}' } });
    const root = tempFolder();
    const fetcher = testFetcher(root, hub.endpoint);
    await fetcher.fetch([await fetcher.resolve('hf:org/tiny')]);
    const ref = readFileSync(join(root, 'huggingface/hub/models--org--tiny/refs/main'), 'utf8');
    const [outcome] = await importAll(root, other.concat('/huggingface/hub'));
    expect(outcome).toMatchObject({
      state: 'imported',
      ref: expect.stringMatching(/^hf:org\/tiny@[0-9a-f]{40}$/),
    });
    expect(readFileSync(join(root, 'huggingface/hub/models--org--tiny/refs/main'), 'utf8')).toBe(ref);
  });

  test('with a corrupt blob fails, leaves nothing behind, and names the file', async () => {
    const { root: other } = await filled(['hf:org/tiny']);
    const [model] = (await testStore(other).inventory()).models;
    const blob = join(other, model?.files.find(({ path }) => path === 'model.safetensors')?.content ?? '');
    writeFileSync(blob, Buffer.alloc(300_000));
    const root = tempFolder();
    const [outcome] = await importAll(root, join(other, 'huggingface/hub'));
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'RMA_IMPORT_CORRUPT', exitCode: 6 } });
    expect(outcome?.error?.message).toContain(blob);
    expect((await testStore(root).inventory()).models).toEqual([]);
  });

  test('is never read through a link that leads out of it', async () => {
    const { root: other } = await filled(['hf:org/tiny']);
    const [model] = (await testStore(other).inventory()).models;
    const blob = join(other, model?.files.find(({ path }) => path === 'model.safetensors')?.content ?? '');
    const outside = join(tempFolder(), 'secret');
    renameSync(blob, outside);
    symlinkSync(outside, blob);
    expect(await found(join(other, 'huggingface/hub'))).toMatchObject({
      models: [],
      rejected: [{ name: 'hf:org/tiny', why: 'incomplete', reason: '1 of its 2 files are missing' }],
    });
  });

  test.each([
    ['that not everyone can read', 0o600],
    ['that everyone can write', 0o666],
  ])('with a file %s is copied, and the copy has the mode of the store', async (_, mode) => {
    const { root: other } = await filled(['hf:org/gguf:a.gguf']);
    const [model] = (await testStore(other).inventory()).models;
    const blob = model?.files[0]?.content ?? '';
    chmodSync(join(other, blob), mode);
    const root = tempFolder();
    expect(await importAll(root, join(other, 'huggingface/hub'))).toMatchObject([
      { state: 'imported', placed: { hardLinked: 0, copied: 6 } },
    ]);
    expect(statSync(join(root, blob)).mode & 0o777).toBe(0o644);
    expect(statSync(join(other, blob)).mode & 0o777).toBe(mode);
  });
});

describe('the store of Ollama', () => {
  test('is imported by hard links without a change to their times, and a pull fetches no content', async () => {
    const refs = ['ollama:tiny', 'ollama:tiny:two'];
    const { hub, root: other } = await filled(refs);
    const before = stateOf(other);
    const root = tempFolder();
    expect(await importAll(root, join(other, 'ollama'))).toMatchObject([
      { ref: 'ollama:tiny', state: 'imported', placed: { copied: 0 } },
      { ref: 'ollama:tiny:two', state: 'imported', placed: { copied: 0 } },
    ]);
    expect(stateOf(other)).toBe(before);
    await expectNothingFetched(hub, root, refs);
  });

  test('does not replace a tag that the store has with other layers', async () => {
    const { hub, root: other } = await filled(['ollama:tiny']);
    hub.publishOllama('library/tiny:latest', modelOf('{"num_ctx":9}'));
    const root = tempFolder();
    const fetcher = testFetcher(root, hub.endpoint);
    await fetcher.fetch([await fetcher.resolve('ollama:tiny')]);
    expect(await importAll(root, join(other, 'ollama'))).toEqual([]);
  });

  test('without one of the blobs of a model is reported as incomplete', async () => {
    const { root: other } = await filled(['ollama:tiny']);
    const [model] = (await testStore(other).inventory()).models;
    rmSync(join(other, model?.files[0]?.content ?? ''));
    expect(await found(join(other, 'ollama'))).toMatchObject({
      models: [],
      rejected: [{ name: 'ollama:tiny', why: 'incomplete', reason: '1 of its 4 files are missing' }],
    });
  });
});

describe('a cache of ModelScope', () => {
  test.each(['models/org--tiny/snapshots/master', 'hub/models/org/tiny'])(
    '%s is imported, and a pull fetches no content',
    async (place) => {
      const { hub } = await filled([]);
      const other = tempFolder();
      plantModelScope(other, { 'config.json': '{}', 'model.safetensors': weights.content }, place);
      const root = tempFolder();
      expect(await importAll(root, other)).toMatchObject([
        { ref: 'ms:org/tiny', state: 'imported', placed: { hardLinked: 300_002 } },
      ]);
      await expectNothingFetched(hub, root, ['ms:org/tiny']);
      expect(await testStore(root).recall('ms:org/tiny')).toMatchObject({ missing: [] });
    },
  );

  test('does not replace files that the store has with other content', async () => {
    const { hub } = await filled([]);
    const [other, root] = [tempFolder(), tempFolder()];
    plantModelScope(other, { 'config.json': '[]' });
    const fetcher = testFetcher(root, hub.endpoint);
    await fetcher.fetch([await fetcher.resolve('ms:org/tiny')]);
    rmSync(join(root, '.rma/receipts'), { recursive: true });
    const [outcome] = await importAll(root, other);
    const hint = 'to replace it, remove it first: rma models rm ms:org/tiny';
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'RMA_STORE_NAME_TAKEN', hint } });
    expect(readFileSync(join(root, 'modelscope/org/tiny/config.json'), 'utf8')).toBe('{}');
  });
});

test('a plain directory of another store does not replace a file that the store has with other content', async () => {
  const { root: other } = await filled(['hf:org/tiny#layout=plain'], { records: true });
  const root = tempFolder();
  plantFile(root, 'local/org/tiny/config.json', '[]');
  const [outcome] = await importAll(root, other);
  expect(outcome).toMatchObject({ state: 'failed', error: { code: 'RMA_STORE_NAME_TAKEN' } });
  expect(readFileSync(join(root, 'local/org/tiny/config.json'), 'utf8')).toBe('[]');
});

test('another store of rma is imported with its records, patterns included', async () => {
  const refs = ['hf:org/gguf:a*.gguf', 'ollama:tiny', 'ms:org/tiny'];
  const { hub, root: other } = await filled(refs, { records: true });
  const root = tempFolder();
  const outcomes = await importAll(root, other);
  expect(outcomes.map(({ ref, state }) => [ref, state]).sort()).toEqual(
    refs.map((ref) => [ref, 'imported']).sort(),
  );
  await expectNothingFetched(hub, root, refs);
  for (const ref of refs) expect(await testStore(root).recall(ref)).toMatchObject({ missing: [] });
});

test.each([
  ['a directory that does not exist', '/nonexistent/models', 'RMA_IMPORT_NO_DIRECTORY'],
  ['a file', '/etc/hostname', 'RMA_IMPORT_NO_DIRECTORY'],
])('%s is an error', async (_, directory, code) => {
  expect(toErrorDocument(await found(directory).catch((error: unknown) => error))).toMatchObject({
    code,
    exitCode: 2,
  });
});
