import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  fetched,
  hashOf,
  ollama,
  setUpOllama,
  WEIGHTS,
  writeLikeOllama,
} from '../../helpers/store/ollama-fixture.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';

test('hashes and adopts a store written by Ollama, without a content request', async () => {
  const { hub, root, fetcher, model, manifest } = await setUpOllama();
  writeLikeOllama(root, manifest, ollama['library/tiny:latest']);
  expect(await fetcher.store.check(model)).toMatchObject({ state: 'missing' });
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  expect(hub.log.entries()).toEqual([]);
  expect(await testStore(root).check(model)).toMatchObject({ state: 'present' });
});

test.each([
  ['zeros of the same size', Buffer.alloc(WEIGHTS.size)],
  ['half of its content', Buffer.from(WEIGHTS.read(0, WEIGHTS.size / 2))],
  ['no content', Buffer.alloc(0)],
])(
  '[fail C4] [fail C9] a blob with %s, which Ollama never repairs, is missing and downloaded again',
  async (_, content) => {
    const { hub, root, fetcher, model, blob, manifest } = await setUpOllama();
    writeLikeOllama(root, manifest, ollama['library/tiny:latest']);
    writeFileSync(blob('model'), content);
    await fetcher.store.prepare();
    expect(
      (await fetcher.store.adopt(model, () => undefined, new AbortController().signal)).map(
        ({ bytes }) => bytes,
      ),
    ).toEqual([WEIGHTS.size]);
    expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: WEIGHTS.size }]);
    expect(fetched(hub)).toHaveLength(1);
    expect(hashOf(blob('model'))).toBe(blob('model').slice(-64));
  },
);

test('[fail C4] a blob that was corrupted after its receipt is missing for every model that uses it', async () => {
  const { hub, root, fetcher, model, blob } = await setUpOllama();
  const other = await fetcher.resolve('ollama:me/other');
  await fetcher.fetch([model, other]);
  writeFileSync(blob('model'), Buffer.alloc(WEIGHTS.size));
  for (const each of [model, other]) {
    expect(await testStore(root).check(each)).toMatchObject({ state: 'partial', missingBytes: WEIGHTS.size });
  }
  hub.log.clear();
  expect(await testFetcher(root, hub.endpoint).fetch([model])).toMatchObject([{ state: 'present' }]);
  expect(await testStore(root).check(other)).toMatchObject({ state: 'present' });
  expect(fetched(hub)).toHaveLength(1);
});

test.each([
  ['half written', '{"schemaVersion":2,"lay'],
  ['empty', ''],
  ['of another version of the model', '{"schemaVersion":2}'],
  ['missing', null],
])('[fail D6] a manifest that is %s is rewritten without a download', async (_, text) => {
  const { hub, root, fetcher, model, manifest } = await setUpOllama();
  await fetcher.fetch([model]);
  const path = join(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest');
  if (text === null) rmSync(path);
  else writeFileSync(path, text);
  expect(await testStore(root).check(model)).toMatchObject({ state: 'partial', missing: [] });
  hub.log.clear();
  expect(await testFetcher(root, hub.endpoint).fetch([model])).toMatchObject([
    { state: 'present', fetchedBytes: 0 },
  ]);
  expect(readFileSync(path, 'utf8')).toBe(manifest);
  expect(hub.log.entries()).toEqual([]);
});

test.each(['', 'null', '{"schema":"rma.receipt/v1","from":"x","files":{"a":1}}'])(
  '[fail D6] verifies a store with the receipt %j without a download',
  async (text) => {
    const { root, hub, fetcher, model } = await setUpOllama();
    await fetcher.fetch([model]);
    const path = join(root, '.rma/receipts/ollama/registry.ollama.ai/library/tiny/latest.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      from: expect.stringMatching(/^ollama:registry\.ollama\.ai\/library\/tiny:latest@sha256:[0-9a-f]{64}$/),
    });
    writeFileSync(path, text);
    expect(await testFetcher(root, hub.endpoint).fetch([model])).toMatchObject([
      { state: 'present', fetchedBytes: 0 },
    ]);
  },
);

test('[req R04] ignores a directory models/NAME, as shown in some guides', async () => {
  const { root, fetcher, model, manifest } = await setUpOllama();
  mkdirSync(join(root, 'ollama/models/tiny'), { recursive: true });
  writeFileSync(join(root, 'ollama/models/tiny/latest'), manifest);
  writeFileSync(join(root, 'ollama/models/tiny/model.gguf'), WEIGHTS.read(0, WEIGHTS.size));
  expect(await fetcher.store.check(model)).toMatchObject({ state: 'missing' });
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
});
