import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { pinnedBytes } from '../../../src/core/domain/pinned-model.ts';
import { planRemoval } from '../../../src/core/inventory/plan-removal.ts';
import { repeatedBytes } from '../../../src/core/source/shared-content.ts';
import type { LeaseHolder } from '../../../src/ports/model-store.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { patternContent } from '../../hub/content.ts';
import type { OllamaModelSpec } from '../../hub/ollama/models.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const WEIGHTS = patternContent(2 * 2 ** 20);
const modelOf = (params: string): OllamaModelSpec => ({
  layers: [
    { kind: 'model', content: WEIGHTS },
    { kind: 'params', content: params },
  ],
  config: { model_format: 'gguf' },
});

test('content that models of one command share is downloaded once, and counted once before', async () => {
  const hub = await hubForTest({
    ollama: { 'library/a:latest': modelOf('{"a":1}'), 'library/b:latest': modelOf('{"b":1}') },
  });
  const fetcher = testFetcher(tempFolder(), hub.endpoint);
  const models = [await fetcher.resolve('ollama:a'), await fetcher.resolve('ollama:b')];
  const parts = models.map((model) => ({ model, files: model.files }));
  expect(repeatedBytes(parts)).toBeGreaterThanOrEqual(WEIGHTS.size);
  expect(repeatedBytes(parts.slice(1))).toBe(0);
  hub.log.clear();
  const results = await fetcher.fetch(models);
  expect(results).toMatchObject([{ state: 'present' }, { state: 'present' }]);
  const large = hub.log.contentRequests().filter(({ bytesSent }) => bytesSent >= 2 ** 20);
  expect(large).toHaveLength(1);
  const waiting = fetcher.progress.filter(({ state }) => state === 'waiting');
  expect(waiting).toMatchObject([{ ref: 'ollama:b', note: 'for content that ollama:a has too' }]);
});

describe('two processes that pull models with the same weights', () => {
  const setUp = async () => {
    const hub = await hubForTest({
      ollama: { 'library/a:latest': modelOf('{"a":1}'), 'library/b:latest': modelOf('{"b":1}') },
    });
    const root = tempFolder();
    const [one, other] = [testFetcher(root, hub.endpoint), testFetcher(root, hub.endpoint)];
    const [a, b] = [await one.resolve('ollama:a'), await other.resolve('ollama:b')];
    hub.log.clear();
    const large = () => hub.log.contentRequests().filter(({ bytesSent }) => bytesSent >= 2 ** 20);
    return { hub, root, one, other, a, b, large };
  };

  test('[fail C10] download them once', async () => {
    const { one, other, a, b, large } = await setUp();
    const results = await Promise.all([one.fetch([a]), other.fetch([b])]);
    expect(results).toMatchObject([[{ state: 'present' }], [{ state: 'present' }]]);
    expect(large()).toHaveLength(1);
  });

  test('[fail L3] leave no lease of the weights behind', async () => {
    const { root, one, other, a, b } = await setUp();
    await Promise.all([one.fetch([a]), other.fetch([b])]);
    const leases = readdirSync(join(root, '.rma/leases')).filter((name) => name.startsWith('ollama-'));
    expect(leases.sort()).toEqual(['a', 'b'].map((name) => `ollama-registry.ollama.ai+library+${name}`));
  });

  test('the second one downloads them if the first one stops', async () => {
    const { hub, one, other, a, b } = await setUp();
    const stop = new AbortController();
    const stalled = hub.faults.add({ kind: 'stall', bytes: 1000, times: 1, path: '*sha256:*' });
    const first = one.fetch([a], stop.signal);
    await stalled.reached();
    const second = other.fetch([b]);
    stop.abort(new Error('stopped'));
    await expect(first).rejects.toThrow('stopped');
    expect(await second).toMatchObject([{ state: 'present' }]);
  });
});

test('who waits for a model that waits for the content of another one sees the progress of that download', async () => {
  const hub = await hubForTest({
    ollama: { 'library/a:latest': modelOf('{"a":1}'), 'library/b:latest': modelOf('{"b":1}') },
  });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const [a, b] = [await fetcher.resolve('ollama:a'), await fetcher.resolve('ollama:b')];
  const clock = {
    ...systemClock,
    sleep: (ms: number, stop?: AbortSignal) => systemClock.sleep(ms / 100, stop),
  };
  const store = () => testStore(root, { clock });
  const stop = new AbortController();
  const ignore = () => undefined;
  await store().prepare();
  const first = await store().lease(a, ignore, stop.signal);
  await first.holdContents(a.files, ignore, stop.signal);
  first.progress(1_000_000, 2_000_000);
  const second = await store().lease(b, ignore, stop.signal);
  const waiting = second.holdContents(b.files, ignore, stop.signal);
  await new Promise<void>((seen) => {
    const onWait = ({ doneBytes }: LeaseHolder) => {
      if (doneBytes === 1_000_000) seen();
    };
    store().lease(b, onWait, stop.signal).catch(ignore);
  });
  await first.release();
  expect(await waiting).toBe(true);
  stop.abort();
  await second.release();
});

test('a removal does not count content as freed that a running download keeps', async () => {
  const hub = await hubForTest({
    ollama: { 'library/a:latest': modelOf('{"a":1}'), 'library/b:latest': modelOf('{"b":1}') },
  });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const [a, b] = [await fetcher.resolve('ollama:a'), await fetcher.resolve('ollama:b')];
  await fetcher.fetch([a]);
  const signal = new AbortController().signal;
  const lease = await testStore(root).lease(b, () => undefined, signal);
  const paths = ['ollama/manifests/registry.ollama.ai/library/a/latest'];
  const kept = { freedBytes: 0, keptBytes: pinnedBytes(a), keptBy: ['running downloads'], contents: [] };
  const store = testStore(root);
  expect(planRemoval(await store.inventory(), paths)).toMatchObject(kept);
  const options = { force: false, onWait: () => undefined, signal };
  expect(await store.remove(paths, options)).toMatchObject(kept);
  for (const { path } of a.files) expect(existsSync(join(root, 'ollama/blobs', path))).toBe(true);
  await lease.release();
  expect(planRemoval(await store.inventory(), paths)).toMatchObject({ freedBytes: 0, models: [] });
});
