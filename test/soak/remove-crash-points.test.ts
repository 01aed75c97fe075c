import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Inventory } from '../../src/core/domain/inventory.ts';
import type { PinnedModel } from '../../src/core/domain/pinned-model.ts';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { quickFolder, tempFolder } from '../helpers/files/temp-folder.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { plantFile } from '../helpers/store/foreign-store.ts';
import { testFetcher, testStore } from '../helpers/store/store-fixture.ts';

const SHARED = { kind: 'model', content: 'weights '.repeat(100) } as const;
const content = {
  repos: { 'Acme/Tiny': { files: { 'config.json': '{}', 'sub/model.safetensors': 'weights' } } },
  ollama: {
    'library/a:latest': { layers: [SHARED, { kind: 'system', content: 'a' }], config: {} },
    'library/b:latest': { layers: [SHARED, { kind: 'system', content: 'b' }], config: {} },
  },
} as const;
const REMOVED = ['hf:Acme/Tiny', 'ollama:a'];

const NOTES = 'huggingface/hub/models--Acme--Tiny/notes.txt';

let filled = '';
let endpoint = '';
let models: readonly PinnedModel[] = [];
let whole: Inventory;
beforeEach(async () => {
  filled = tempFolder();
  const hub = await hubForTest(content);
  endpoint = hub.endpoint;
  const fetcher = testFetcher(filled, endpoint);
  models = await Promise.all([...REMOVED, 'ollama:b'].map((ref) => fetcher.resolve(ref)));
  await fetcher.fetch(models);
  plantFile(filled, NOTES, 'my notes');
  whole = await testStore(filled).inventory();
});

const paths = () =>
  whole.models.filter(({ references }) => REMOVED.includes(references[0])).map(({ path }) => path);

/** Removes the models on a disk that fails at step `at`. Returns the step that failed; null if none did. */
async function removeUntil(root: string, at: number, forever: boolean): Promise<string | null> {
  const { disk, failed } = faultyDisk(at, 'EIO', forever);
  const { signal } = new AbortController();
  const store = testStore(root, { disk });
  await store.remove(paths(), { force: false, onWait: () => undefined, signal }).catch(() => undefined);
  return failed();
}

/** Checks that the model which stays, and the file of the user, are as before. */
function expectKept(root: string, found: Inventory): void {
  const kept = ({ models: all }: Inventory) => all.find(({ references: [first] }) => first === 'ollama:b');
  expect(kept(found)?.files.map(({ path, isVerified }) => [path, isVerified])).toEqual(
    kept(whole)?.files.map(({ path }) => [path, true]),
  );
  expect(kept(found)?.missing).toEqual([]);
  expect(readFileSync(join(root, NOTES), 'utf8')).toBe('my notes');
}

/** Checks that the next removal completes it. */
async function expectEnd(root: string): Promise<void> {
  const { signal } = new AbortController();
  const store = testStore(root);
  await store.remove(paths(), { force: false, onWait: () => undefined, signal });
  const after = await store.inventory();
  expectKept(root, after);
  expect(after.models.map(({ references: [first] }) => first)).toEqual(['ollama:b']);
}

test.each([
  ['the process dies', true],
  ['one step fails', false],
])(
  '[req R77] wherever %s in a removal, other models and files stay whole, and the next one completes it',
  async (_, forever) => {
    let points = 0;
    for (let at = 1; ; at += 1) {
      const root = join(quickFolder(), 'store');
      execFileSync('cp', ['-a', filled, root]);
      if ((await removeUntil(root, at, forever)) === null) break;
      points += 1;
      expectKept(root, await testStore(root).inventory());
      // a dead process holds no lease, but this one lives
      rmSync(join(root, '.rma/leases'), { recursive: true });
      await expectEnd(root);
      if (at % 40 !== 1) continue;
      const pulled = await testFetcher(root, endpoint).fetch(models);
      expect(pulled.map(({ state }) => state)).toEqual(models.map(() => 'present'));
    }
    expect(points).toBeGreaterThan(30);
  },
  300_000,
);
