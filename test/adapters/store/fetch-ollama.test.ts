import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelStore } from '../../../src/adapters/store/file-model-store.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  fetched,
  filesIn,
  hashOf,
  modelOf,
  ollama,
  setUpOllama,
  WEIGHTS,
} from '../../helpers/store/ollama-fixture.ts';
import { closedDisk } from '../../helpers/store/read-only-disk.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';

test('[req R04] [req R43] downloads a model once into the native store; a second run sends no request', async () => {
  const { hub, root, fetcher, model, manifest } = await setUpOllama();
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  const place = 'registry.ollama.ai/library/tiny/latest';
  expect(filesIn(join(root, 'ollama/manifests'))).toEqual([place]);
  expect(readFileSync(join(root, 'ollama/manifests', place), 'utf8')).toBe(manifest);
  const blobs = filesIn(join(root, 'ollama/blobs'));
  expect(blobs).toEqual(model.files.map(({ path }) => path).sort());
  for (const name of blobs) expect(`sha256-${hashOf(join(root, 'ollama/blobs', name))}`).toBe(name);
  expect(fetched(hub)).toHaveLength(blobs.length - 1);
  expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);

  hub.log.clear();
  expect(await testFetcher(root, hub.endpoint).fetch([model])).toMatchObject([
    { state: 'present', fetchedBytes: 0 },
  ]);
  expect(hub.log.entries()).toEqual([]);
});

test('[fail P1] files have mode 0644 and directories 2775', async () => {
  const { root, fetcher, model, blob } = await setUpOllama();
  await fetcher.fetch([model]);
  for (const path of ['blobs', 'manifests', 'manifests/registry.ollama.ai/library/tiny']) {
    expect(statSync(join(root, 'ollama', path)).mode & 0o7777).toBe(0o2775);
  }
  const manifest = join(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest');
  for (const path of [blob('model'), manifest]) expect(statSync(path).mode & 0o7777).toBe(0o644);
});

test('publishes a blob with the current time, because Ollama deletes old blobs without a manifest', async () => {
  const { root, model } = await setUpOllama();
  const store = testStore(root);
  await store.prepare();
  const file = model.files.find(({ bytes }) => bytes === 'free'.length)!;
  const slot = await store.stage(model, file);
  writeFileSync(slot.path, 'free');
  utimesSync(slot.path, 1, 1);
  await store.publish(
    { ...model, files: [file] },
    new Map([[file, { path: slot.path, digest: file.digest! }]]),
  );
  expect(statSync(join(root, 'ollama/blobs', file.path)).mtimeMs).toBeGreaterThan(Date.now() - 3_600_000);
});

test('reuses a blob of another tag or model', async () => {
  const { hub, root, fetcher, model } = await setUpOllama();
  await fetcher.fetch([model]);
  for (const ref of ['ollama:tiny:two', 'ollama:me/other']) {
    const sibling = await fetcher.resolve(ref);
    hub.log.clear();
    const check = await testStore(root).check(sibling);
    expect(check).toMatchObject({ state: 'partial', missingBytes: 13 });
    const [result] = await testFetcher(root, hub.endpoint).fetch([sibling]);
    expect(result).toMatchObject({ state: 'present', fetchedBytes: 13 });
    expect(fetched(hub)).toEqual(check.missing.map(({ path }) => path));
  }
});

test('concurrent downloads of models that share blobs all succeed', async () => {
  const { hub, root, fetcher } = await setUpOllama();
  const refs = ['ollama:tiny', 'ollama:tiny:two', 'ollama:me/other'];
  const models = await Promise.all(refs.map((ref) => fetcher.resolve(ref)));
  const results = await Promise.all(
    models.map(async (model) => testFetcher(root, hub.endpoint).fetch([model])),
  );
  expect(results.flat().map(({ state }) => state)).toEqual(['present', 'present', 'present']);
  for (const model of models) expect(await testStore(root).check(model)).toMatchObject({ state: 'present' });
  const folder = join(root, 'ollama/blobs');
  for (const name of filesIn(folder)) expect(`sha256-${hashOf(join(folder, name))}`).toBe(name);
});

test('holders of different leases can publish the same blob at once', async () => {
  const { root, fetcher, model } = await setUpOllama();
  const other = await fetcher.resolve('ollama:me/other');
  const store = testStore(root);
  await store.prepare();
  const bring = async (of: typeof model) => {
    const staged = new Map();
    for (const file of of.files) {
      const slot = await store.stage(of, file);
      const source = Object.values(ollama).flatMap(({ layers, config }) => [
        ...layers.map(({ content }) => content),
        JSON.stringify(config),
      ]);
      const content = source
        .map((each) => (each === WEIGHTS ? WEIGHTS.read(0, WEIGHTS.size) : Buffer.from(String(each))))
        .find((each) => createHash('sha256').update(each).digest('hex') === file.digest?.hex)!;
      writeFileSync(slot.path, content);
      staged.set(file, { path: slot.path, digest: file.digest! });
    }
    return staged;
  };
  const [first, second] = [await bring(model), await bring(other)];
  await Promise.all([store.publish(model, first), store.publish(other, second)]);
  expect(await store.check(model)).toMatchObject({ state: 'present' });
  expect(await store.check(other)).toMatchObject({ state: 'present' });
});

test('downloads only the new blobs after a tag has moved', async () => {
  const { hub, root, fetcher, model } = await setUpOllama();
  await fetcher.fetch([model]);
  const { manifest } = hub.publishOllama('library/tiny:latest', modelOf('{"num_ctx":4}'));
  const moved = await fetcher.resolve('ollama:tiny');
  hub.log.clear();
  expect(await fetcher.fetch([moved])).toMatchObject([{ state: 'present', fetchedBytes: 13 }]);
  const path = join(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest');
  expect(readFileSync(path, 'utf8')).toBe(manifest);
  expect(await testStore(root).check(model)).toMatchObject({ state: 'partial' });
});

test('[fail P3] neither locks nor writes for a complete model, whose store may be read-only', async () => {
  const { hub, root, fetcher, model } = await setUpOllama();
  await fetcher.fetch([model]);
  expect(await testFetcher(root, hub.endpoint, { disk: closedDisk }).fetch([model])).toMatchObject([
    { state: 'present', fetchedBytes: 0 },
  ]);
});

test('[req R44] OLLAMA_MODELS moves the native store, and no partial file is ever among its blobs or manifests', async () => {
  const { hub, root, model } = await setUpOllama();
  const elsewhere = join(tempFolder(), 'ollama-models');
  const seen = new Set<string>();
  const note = (path: unknown) => {
    if (String(path).startsWith(elsewhere)) seen.add(String(path).slice(elsewhere.length + 1));
  };
  const disk: Disk = {
    ...realDisk,
    open: (async (...args: Parameters<Disk['open']>) => {
      if (args[1] !== 'r') note(args[0]);
      return realDisk.open(...args);
    }) as Disk['open'],
  };
  const store = new FileModelStore({
    paths: storePaths(root, { OLLAMA_MODELS: elsewhere }),
    clock: systemClock,
    disk,
  });
  expect(await testFetcher(root, hub.endpoint, { store }).fetch([model])).toMatchObject([
    { state: 'present' },
  ]);
  expect(filesIn(join(elsewhere, 'blobs'))).toHaveLength(4);
  expect(existsSync(join(elsewhere, 'manifests/registry.ollama.ai/library/tiny/latest'))).toBe(true);
  expect(existsSync(join(root, 'ollama'))).toBe(false);
  expect([...seen].filter((path) => /^(blobs|manifests)\//.test(path))).toEqual([]);
});

test('[fail C11] leaves no final file if a blob twice differs from its digest', async () => {
  const { hub, root, fetcher, model, blob } = await setUpOllama();
  hub.faults.add({ kind: 'flip-byte', port: 'cdn', path: `*${blob('model').slice(-64)}` });
  expect(await fetcher.fetch([model])).toMatchObject([
    { state: 'failed', error: { code: 'RMA_CONTENT_HASH_MISMATCH', exitCode: 6 } },
  ]);
  expect(existsSync(blob('model'))).toBe(false);
  expect(filesIn(join(root, 'ollama/manifests'))).toEqual([]);
});

test('[fail H2] requests an expired CDN URL again', async () => {
  const { hub, fetcher, model, blob } = await setUpOllama();
  const path = `*${blob('model').slice(-64)}`;
  hub.faults.add({ kind: 'expired-url', uses: 0, times: 1, path });
  hub.faults.add({ kind: 'cut', bytes: 100_000, port: 'cdn', times: 1, path });
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
});
