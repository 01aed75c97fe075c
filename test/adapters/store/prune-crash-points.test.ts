import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import {
  clockAhead,
  KEEP_30_DAYS,
  noWait,
  setAge,
  storeTree,
  testCache,
} from '../../helpers/store/cache-fixture.ts';
import { faultyDisk } from '../../helpers/store/faulty-disk.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

const HUB = 'huggingface/hub/models--org--name';
const MANIFESTS = 'ollama/manifests/registry.ollama.ai/library';
const blob = (digit: string) => `ollama/blobs/sha256-${sha(digit)}`;

/** A store with an old commit, two old Ollama models of which one is needed and shares a blob, and a partial file. */
async function plantStore(): Promise<string> {
  const root = quickFolder();
  plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'sub/x.json': sha('2') });
  plantFile(root, `${HUB}/refs/main`, COMMIT);
  for (const digit of ['3', '4', '5']) plantFile(root, blob(digit), 'x'.repeat(75));
  plantFile(root, `${MANIFESTS}/a/latest`, ollamaManifest([sha('3')], sha('4')));
  plantFile(root, `${MANIFESTS}/b/latest`, ollamaManifest([sha('3')], sha('5')));
  plantFile(root, '.rma/staging/sha256-a-0123456789abcdef/1.part');
  const old = [
    `${HUB}/blobs/${sha('1')}`,
    `${HUB}/blobs/${sha('2')}`,
    ...['3', '4', '5'].map(blob),
    '.rma/staging/sha256-a-0123456789abcdef/1.part',
  ];
  setAge(root, 40, ...old);
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

test.each([
  ['the process dies', true],
  ['one step fails', false],
] as const)(
  '[fail U1] wherever %s in a prune, no model lacks a file, undo restores everything, and the next run completes it',
  async (_, forever) => {
    let reached = true;
    for (let at = 1; reached; at += 1) {
      const root = await plantStore();
      const before = storeTree(root);
      const { disk, failed } = faultyDisk(at, 'EIO', forever);
      await testCache(root, { disk })
        .prune(KEEP_30_DAYS, noWait)
        .catch(() => undefined);
      reached = failed() !== null;
      const point = `after ${failed()} at step ${at}`;
      await expectSound(root, point);
      await testCache(root).undo([], noWait);
      expect(storeTree(root), point).toEqual(before);
      const { marked, failed: faults } = await testCache(root).prune(KEEP_30_DAYS, noWait);
      expect([namesOf(marked), faults], point).toEqual([PRUNED, []]);
      await expectSound(root, point);
    }
  },
  120_000,
);

test.each([
  ['the process dies', true],
  ['one step fails', false],
] as const)(
  'wherever %s in an undo, no model lacks a file, and the next one completes it',
  async (_, forever) => {
    let reached = true;
    for (let at = 1; reached; at += 1) {
      const root = await plantStore();
      const before = storeTree(root);
      await testCache(root).prune(KEEP_30_DAYS, noWait);
      const { disk, failed } = faultyDisk(at, 'EIO', forever);
      await testCache(root, { disk })
        .undo([], noWait)
        .catch(() => undefined);
      reached = failed() !== null;
      const point = `after ${failed()} at step ${at}`;
      await expectSound(root, point);
      await testCache(root).undo([], noWait);
      expect(storeTree(root), point).toEqual(before);
    }
  },
  120_000,
);

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
