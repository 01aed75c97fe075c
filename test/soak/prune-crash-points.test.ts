import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileCacheStore } from '../../src/adapters/store/cache/file-cache-store.ts';
import { realDisk } from '../../src/adapters/store/disk/disk.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import {
  clockAhead,
  KEEP_30_DAYS,
  noWait,
  setAge,
  storeTree,
  testCache,
} from '../helpers/store/cache-fixture.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { plantFile } from '../helpers/store/foreign-store.ts';
import { blob, plantHub, plantOllama } from '../helpers/store/old-models.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

/** A store with an old commit, two old Ollama models of which one is needed and shares a blob, and a partial file. */
async function plantStore(): Promise<string> {
  const root = quickFolder();
  plantHub(root);
  plantOllama(root);
  plantFile(root, '.rma/staging/sha256-a-0123456789abcdef/1.part');
  setAge(root, 40, blob('5'), '.rma/staging/sha256-a-0123456789abcdef/1.part');
  const store = testStore(root);
  await store.prepare();
  await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:b'] });
  return root;
}

/** Checks that no model that the store shows lacks a file, and the needed one is there. */
async function expectSound(root: string, point: string): Promise<void> {
  const { models, unknown } = await testStore(root).inventory();
  expect(
    models.flatMap(({ missing }) => missing),
    point,
  ).toEqual([]);
  expect(
    models.map(({ references: [first] }) => first),
    point,
  ).toContain('ollama:b');
  expect(unknown, point).toEqual([]);
}

const PRUNED = ['.rma/staging/sha256-a-0123456789abcdef', 'hf:org/name', 'ollama:a'];
const namesOf = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name).sort();

interface Interrupted {
  readonly prepare: (root: string) => Promise<unknown>;
  /** the change of which each step fails in turn */
  readonly change: (cache: FileCacheStore) => Promise<unknown>;
  /** checks the store after the undo of an interrupted change */
  readonly check: (root: string, point: string) => Promise<void>;
}

/** Lets each step of a change fail in turn. After each, no model lacks a file, and an undo restores everything. */
async function atEachStep(forever: boolean, { prepare, change, check }: Interrupted): Promise<void> {
  let reached = true;
  for (let at = 1; reached; at += 1) {
    const root = await plantStore();
    const before = storeTree(root);
    await prepare(root);
    const { disk, failed } = faultyDisk(at, 'EIO', forever);
    await change(testCache(root, { disk })).catch(() => undefined);
    reached = failed() !== null;
    const point = `after ${failed()} at step ${at}`;
    await expectSound(root, point);
    await testCache(root).undo([], noWait);
    expect(storeTree(root), point).toEqual(before);
    await check(root, point);
  }
}

describe.each([
  ['the process dies', true],
  ['one step fails', false],
] as const)('wherever %s', (_, forever) => {
  test('[fail U1] in a prune, no model lacks a file, undo restores everything, and the next run completes it', async () => {
    await atEachStep(forever, {
      prepare: async () => undefined,
      change: (cache) => cache.prune(KEEP_30_DAYS, noWait),
      check: async (root, point) => {
        const { marked, failed } = await testCache(root).prune(KEEP_30_DAYS, noWait);
        expect([namesOf(marked), failed], point).toEqual([PRUNED, []]);
        await expectSound(root, point);
      },
    });
  }, 120_000);

  test('in an undo, no model lacks a file, and the next one completes it', async () => {
    await atEachStep(forever, {
      prepare: (root) => testCache(root).prune(KEEP_30_DAYS, noWait),
      change: (cache) => cache.undo([], noWait),
      check: async () => undefined,
    });
  }, 120_000);
});

test('wherever the process dies in the deletion, the next run deletes the rest', async () => {
  let reached = true;
  for (let at = 1; reached; at += 1) {
    const root = await plantStore();
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    const { disk, failed } = faultyDisk(at, 'EIO', true);
    const later = { clock: clockAhead(2) };
    await testCache(root, { ...later, disk })
      .prune(KEEP_30_DAYS, noWait)
      .catch(() => undefined);
    reached = failed() !== null;
    const point = `after ${failed()} at step ${at}`;
    await expectSound(root, point);
    await testCache(root, later).prune(KEEP_30_DAYS, noWait);
    expect(await realDisk.readdir(join(root, '.rma/trash')), point).toEqual([]);
  }
}, 120_000);
