import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { sha256Hex } from '../../../src/core/hash.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  clockAhead,
  KEEP_30_DAYS,
  namesOf,
  noWait,
  setAge,
  storeTree,
  testCache,
} from '../../helpers/store/cache-fixture.ts';
import {
  COMMIT,
  OTHER,
  ollamaManifest,
  plantFile,
  plantSnapshot,
  sha,
} from '../../helpers/store/foreign-store.ts';
import { blob, HUB, MANIFESTS, plantHub, plantOllama } from '../../helpers/store/old-models.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

const trash = () => (existsSync(join(root, '.rma/trash')) ? readdirSync(join(root, '.rma/trash')) : []);

describe('prune', () => {
  test('[fail U5] marks first, deletes in a later run after the grace period, and can be undone until then', async () => {
    plantHub(root);
    const before = storeTree(root);
    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(namesOf(marked)).toEqual(['hf:org/name']);
    expect(storeTree(root)).toEqual({});
    expect(existsSync(join(root, HUB))).toBe(false);

    expect(await testCache(root).prune(KEEP_30_DAYS, noWait)).toMatchObject({ marked: [], deleted: [] });
    expect(trash()).toHaveLength(1);
    expect(namesOf((await testCache(root).undo([], noWait)).restored)).toEqual(['hf:org/name']);
    expect(storeTree(root)).toEqual(before);
    expect(trash()).toEqual([]);

    await testCache(root).prune(KEEP_30_DAYS, noWait);
    const { deleted } = await testCache(root, { clock: clockAhead(1.01) }).prune(DEFAULT_POLICY, noWait);
    expect(namesOf(deleted)).toEqual(['hf:org/name']);
    expect(trash()).toEqual([]);
  });

  test('writes nothing, not even a directory, if there is nothing to do', async () => {
    plantOllama(root);
    setAge(root, 1, blob('3'), blob('4'));
    expect(await testCache(root).prune(KEEP_30_DAYS, noWait)).toEqual({
      marked: [],
      deleted: [],
      restored: [],
      failed: [],
      unmet: [],
    });
    expect(readdirSync(root)).toEqual(['ollama']);
  });

  test('keeps content that another model uses, and moves it with the last of them', async () => {
    plantOllama(root);
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(Object.keys(storeTree(root))).toEqual([blob('3'), blob('5'), `${MANIFESTS}/b/latest`]);
    setAge(root, 40, blob('5'));
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(storeTree(root)).toEqual({});
    // one of two models that share content is restored completely
    expect(namesOf((await testCache(root).undo(['ollama:a'], noWait)).restored)).toEqual(['ollama:a']);
    expect(Object.keys(storeTree(root))).toEqual([blob('3'), blob('4'), `${MANIFESTS}/a/latest`]);
    await testCache(root).undo([], noWait);
    expect(Object.keys(storeTree(root))).toHaveLength(5);
  });

  test('moves a model back that a worker needs again, and content that a model uses again', async () => {
    plantHub(root);
    plantOllama(root);
    setAge(root, 40, blob('5'));
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(storeTree(root)).toEqual({});
    const store = testStore(root);
    await store.prepare();
    await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['hf:org/name'] });
    // Ollama pulled a model that names a blob which is in the trash
    plantFile(root, blob('6'), 'x'.repeat(75));
    plantFile(root, `${MANIFESTS}/c/latest`, ollamaManifest([sha('3')], sha('6')));
    const { restored, deleted } = await testCache(root, { clock: clockAhead(2) }).prune(
      DEFAULT_POLICY,
      noWait,
    );
    expect(namesOf(restored)).toEqual(['hf:org/name']);
    expect(namesOf(deleted).sort()).toEqual(['ollama:a', 'ollama:b']);
    expect(Object.keys(storeTree(root)).filter((path) => path.startsWith('ollama'))).toEqual([
      blob('3'),
      blob('6'),
      `${MANIFESTS}/c/latest`,
    ]);
    expect(existsSync(join(root, HUB, 'snapshots', COMMIT, 'w.gguf'))).toBe(true);
  });

  test('keeps a model that is being downloaded, all of an Ollama store while one of it is, and waits for no process', async () => {
    const hub = await hubForTest({
      repos: { 'org/name': { files: { 'config.json': '{}' } } },
      ollama: {},
    });
    plantHub(root);
    plantOllama(root);
    setAge(root, 40, blob('5'));
    const fetcher = testFetcher(root, hub.endpoint);
    const store = testStore(root);
    await store.prepare();
    const { signal } = noWait;
    const lease = await store.lease(await fetcher.resolve('hf:org/name'), () => undefined, signal);
    expect(namesOf((await testCache(root).prune(KEEP_30_DAYS, noWait)).marked).sort()).toEqual([
      'ollama:a',
      'ollama:b',
    ]);
    await testCache(root).undo([], noWait);
    await lease.release();
    const pinned: PinnedModel = {
      source: 'ollama',
      ref: 'ollama:z',
      registry: 'registry.ollama.ai',
      namespace: 'library',
      model: 'z',
      tag: 'latest',
      manifest: '{}',
      files: [],
    };
    const other = await store.lease(pinned, () => undefined, signal);
    expect(namesOf((await testCache(root).prune(KEEP_30_DAYS, noWait)).marked)).toEqual(['hf:org/name']);
    await other.release();
  });

  test('counts what it cannot move, puts it back, and prunes the rest', async () => {
    plantHub(root);
    plantOllama(root);
    setAge(root, 40, blob('5'));
    const before = Object.keys(storeTree(root)).filter((path) => path.startsWith('ollama'));
    const denied = Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'rename' });
    const disk: Disk = {
      ...realDisk,
      rename: (from, to) =>
        String(from).includes('/ollama/blobs/') ? Promise.reject(denied) : realDisk.rename(from, to),
    };
    const { marked, failed } = await testCache(root, { disk }).prune(KEEP_30_DAYS, noWait);
    expect(namesOf(marked)).toEqual(['hf:org/name']);
    expect(failed).toMatchObject([
      { name: 'ollama:a', message: expect.stringContaining('permission denied') },
      { name: 'ollama:b' },
    ]);
    expect(Object.keys(storeTree(root)).filter((path) => path.startsWith('ollama'))).toEqual(before);
  });

  test('keeps the newest commits of a repository', async () => {
    plantHub(root);
    plantSnapshot(root, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('8') });
    plantFile(root, `${HUB}/refs/main`, OTHER);
    setAge(root, 3, `${HUB}/blobs/${sha('8')}`);
    const policy = { ...DEFAULT_POLICY, keepRevisions: 1 };
    expect(namesOf((await testCache(root).prune(policy, noWait)).marked)).toEqual([`hf:org/name@${COMMIT}`]);
  });

  test('deletes after ten minutes while the free space is below the target', async () => {
    plantHub(root);
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    const huge = { ...DEFAULT_POLICY, minFree: { lowBytes: 2 ** 52, highBytes: 2 ** 52 } };
    const inMinutes = (minutes: number) => testCache(root, { clock: clockAhead(minutes / 1440) });
    expect((await inMinutes(9).prune(huge, noWait)).deleted).toEqual([]);
    expect(namesOf((await inMinutes(11).prune(huge, noWait)).deleted)).toEqual(['hf:org/name']);
  });

  test('a marked model that is pulled again is restored without a download, with its receipts', async () => {
    const hub = await hubForTest({
      repos: { 'org/name': { files: { 'config.json': '{}', 'sub/x.json': '[]' } } },
      ollama: {
        'library/a:latest': { layers: [{ kind: 'model', content: 'GGUF shared' }], config: { a: 1 } },
        'library/b:latest': { layers: [{ kind: 'model', content: 'GGUF shared' }], config: { b: 1 } },
      },
    });
    const fetcher = testFetcher(root, hub.endpoint);
    const models = [await fetcher.resolve('hf:org/name'), await fetcher.resolve('ollama:a')];
    const sibling = await fetcher.resolve('ollama:b');
    await fetcher.fetch(models);
    const tree = storeTree(root);
    const later = { clock: clockAhead(31) };
    expect((await testCache(root, later).prune(KEEP_30_DAYS, noWait)).marked).toHaveLength(2);
    hub.log.clear();
    expect(await fetcher.fetch(models)).toMatchObject([{ state: 'present' }, { state: 'present' }]);
    expect(hub.log.entries()).toEqual([]);
    expect(Object.keys(storeTree(root))).toEqual(Object.keys(tree));
    expect(trash()).toEqual([]);
    // a sibling takes the content that it shares with a marked model
    await testCache(root, later).prune(KEEP_30_DAYS, noWait);
    expect(await fetcher.fetch([sibling])).toMatchObject([{ state: 'present' }]);
    const shared = sha256Hex('GGUF shared');
    expect(hub.log.entries().filter(({ path }) => path.includes(shared))).toEqual([]);
    expect((await testStore(root).inventory()).models.flatMap(({ missing }) => missing)).toEqual([]);
  });

  test('an undo accepts the name that tables print, with 8 digits of a commit', async () => {
    plantHub(root);
    plantSnapshot(root, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('6') });
    setAge(root, 40, `${HUB}/blobs/${sha('6')}`);
    expect((await testCache(root).prune(KEEP_30_DAYS, noWait)).marked).toHaveLength(2);
    const { restored } = await testCache(root).undo([`hf:org/name@${OTHER.slice(0, 8)}`], noWait);
    expect(namesOf(restored)).toEqual([`hf:org/name@${OTHER}`]);
  });

  test('[fail U5] an undo restores a whole model after the model that shared its content was removed', async () => {
    plantOllama(root);
    expect(namesOf((await testCache(root).prune(KEEP_30_DAYS, noWait)).marked)).toEqual(['ollama:a']);
    const removal = await testStore(root).remove([`${MANIFESTS}/b/latest`], { force: false, ...noWait });
    expect(removal).toMatchObject({ freedBytes: 75, keptBytes: 75, keptBy: ['models marked for deletion'] });
    await testCache(root).undo([], noWait);
    const { models } = await testStore(root).inventory();
    expect(models.map(({ references, missing }) => [references[0], missing])).toEqual([['ollama:a', []]]);
  });
});
