import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import { KEEP_30_DAYS, setAge } from '../../helpers/store/cache-fixture.ts';
import { ollamaManifest, plantFile, sha } from '../../helpers/store/foreign-store.ts';
import { oneOffWorker } from '../../helpers/worker/one-off-worker.ts';

const worker = oneOffWorker();

const A = 'ollama/manifests/registry.ollama.ai/library/a/latest';
const blob = (digit: string) => `ollama/blobs/sha256-${sha(digit)}`;

/** Runs a command of the worker on its store, with a request on stdin. */
async function run(verb: string, request: unknown) {
  const { code, stdout } = await worker().run([verb, '--json'], {}, JSON.stringify(request));
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('the worker reports, previews, prunes, undoes, pins and forgets by requests on stdin', async () => {
  const { store } = worker();
  for (const digit of ['3', '4']) plantFile(store, blob(digit), 'x'.repeat(75));
  plantFile(store, A, ollamaManifest([sha('3')], sha('4')));
  setAge(store, 40, blob('3'), blob('4'));
  expect(await run('cache', { preview: null })).toMatchObject({
    entries: [{ name: 'ollama:a', kept: null }],
  });
  expect(await run('cache', { preview: KEEP_30_DAYS })).toMatchObject({
    plan: { entries: [{ name: 'ollama:a' }] },
  });
  expect(await run('pin', { models: ['ollama:a'], pinned: true })).toEqual([
    { model: 'ollama:a', isChanged: true },
  ]);
  expect(await run('prune', KEEP_30_DAYS)).toMatchObject({ marked: [] });
  await run('pin', { models: ['ollama:a'], pinned: false });
  expect(await run('prune', KEEP_30_DAYS)).toMatchObject({ marked: [{ name: 'ollama:a' }], failed: [] });
  expect(existsSync(join(store, A))).toBe(false);
  expect(await run('undo', { names: [] })).toMatchObject({ restored: [{ name: 'ollama:a' }] });
  expect(existsSync(join(store, A))).toBe(true);
  plantFile(
    store,
    '.rma/projects/box-demo.chat.json',
    JSON.stringify({
      schema: 'rma.needs/v1',
      host: 'box',
      project: 'demo',
      profile: 'chat',
      refs: ['ollama:a'],
    }),
  );
  expect(await run('prune', KEEP_30_DAYS)).toMatchObject({ marked: [] });
  expect(await run('forget', { host: 'box', project: 'demo', profiles: null })).toEqual(['chat']);
  expect(await run('prune', KEEP_30_DAYS)).toMatchObject({ marked: [{ name: 'ollama:a' }] });
});

test.each([
  ['prune', { ...DEFAULT_POLICY, keepSeconds: -1 }],
  ['prune', { ...DEFAULT_POLICY, filters: ['name=x'] }],
  ['undo', {}],
  ['pin', { models: 'ollama:a', pinned: true }],
  ['forget', { host: 'box' }],
  ['cache', {}],
])('the worker rejects an invalid request for %s', async (verb, request) => {
  const { code, stderr } = await worker().run([verb, '--json'], {}, JSON.stringify(request));
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'RMA_WORKER_REQUEST' });
});
