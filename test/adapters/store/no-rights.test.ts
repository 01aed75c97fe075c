import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { KEEP_30_DAYS, storeTree, testCache } from '../../helpers/store/cache-fixture.ts';
import { COMMIT, plantFile } from '../../helpers/store/foreign-store.ts';
import { blob, HUB, MANIFESTS, plantHub, plantOllama } from '../../helpers/store/old-models.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

/** Continues as a user without access to locked directories, until the end of the test. */
function asOther(root: string): void {
  chmodSync(dirname(root), 0o755);
  chmodSync(root, 0o755);
  if (process.getuid?.() !== 0) return;
  process.seteuid?.(65_534);
  onTestFinished(() => process.seteuid?.(0));
}

/** Creates a directory that only root may enter. */
function plantLocked(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0);
  onTestFinished(() => chmodSync(path, 0o700));
}

test.each([
  ['next to all layouts', 'mine.gguf'],
  ['in a set', 'gguf/default/mine.gguf'],
  ['in a snapshot', `${HUB}/snapshots/${'0'.repeat(40)}/mine.gguf`],
  ['among plain directories', 'local/org/mine/w.gguf'],
])(
  '[fail P1] a link %s to a directory that this user may not enter hides no other model',
  async (_, link) => {
    const root = join(tempFolder(), 'store');
    mkdirSync(root);
    plantHub(root);
    plantLocked(join(dirname(root), 'locked'));
    mkdirSync(dirname(join(root, link)), { recursive: true });
    symlinkSync(join(dirname(root), 'locked/in/w.gguf'), join(root, link));
    const before = storeTree(root);
    asOther(root);
    expect((await testStore(root).inventory()).models.map(({ path }) => path)).toContain(
      `${HUB}/snapshots/${COMMIT}`,
    );
    expect((await testCache(root).preview(KEEP_30_DAYS)).plan.entries.map(({ name }) => name)).toEqual([
      'hf:org/name',
    ]);
    expect(storeTree(root)).toEqual(before);
  },
);

test('[fail P1] a manifest that this user may not read keeps the blobs that it may name', async () => {
  const root = join(tempFolder(), 'store');
  mkdirSync(root);
  plantOllama(root);
  plantFile(root, blob('7'));
  chmodSync(join(root, MANIFESTS, 'b/latest'), 0);
  asOther(root);
  expect((await testStore(root).inventory()).models.map(({ references }) => references[0])).toEqual([
    'ollama:a',
  ]);
  expect(
    (await testCache(root).preview({ ...KEEP_30_DAYS, graceSeconds: 0, orphansSeconds: 0 })).plan.entries,
  ).toEqual([]);
});
