import { existsSync, mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { runPrune } from '../../../src/adapters/store/cache/run-prune.ts';
import { scanCache } from '../../../src/adapters/store/cache/scan-cache.ts';
import { Trash } from '../../../src/adapters/store/cache/trash.ts';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { guardOf } from '../../../src/adapters/store/disk/store-guard.ts';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  clockAhead,
  KEEP_30_DAYS,
  noWait,
  setAge,
  storeTree,
  testCache,
} from '../../helpers/store/cache-fixture.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { HUB } from '../../helpers/store/old-models.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

async function fetchFrom(root: string, config: string): Promise<void> {
  const hub = await hubForTest({ repos: { 'org/name': { files: { 'config.json': config } } } });
  const fetcher = testFetcher(root, hub.endpoint);
  expect(await fetcher.fetch([await fetcher.resolve('hf:org/name')])).toMatchObject([{ state: 'present' }]);
}

test('the deletion of an old commit leaves the record of its reference, which a new commit has', async () => {
  const root = tempFolder();
  const records = () => readdirSync(join(root, '.rma/models'));
  await fetchFrom(root, '{}');
  await testCache(root, { clock: clockAhead(31) }).prune(KEEP_30_DAYS, noWait);
  await fetchFrom(root, '{"new": 1}');
  const before = records();
  const { deleted } = await testCache(root, { clock: clockAhead(33) }).prune(DEFAULT_POLICY, noWait);
  expect(deleted).toMatchObject([{ name: 'hf:org/name' }]);
  expect(records()).toEqual(before);
  expect(before).toHaveLength(1);
});

test('[fail U1] a prune that has lost its lease marks and deletes nothing', async () => {
  const root = tempFolder();
  plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
  plantFile(root, `${HUB}/refs/main`, COMMIT);
  setAge(root, 40, `${HUB}/blobs/${sha('1')}`);
  const before = storeTree(root);
  const lost = new Error('lost');
  await expect(pruneWithout(root, 0, lost)).rejects.toBe(lost);
  expect(storeTree(root)).toEqual(before);

  await testCache(root).prune(KEEP_30_DAYS, noWait);
  await expect(pruneWithout(root, 2, lost)).rejects.toBe(lost);
  await testCache(root).undo([], noWait);
  expect(storeTree(root)).toEqual(before);
});

/** Prunes some days later with a lease that was lost. */
async function pruneWithout(root: string, days: number, lost: Error): Promise<unknown> {
  const paths = storePaths(root, {});
  const clock = days === 0 ? systemClock : clockAhead(days);
  const trash = new Trash({ disk: realDisk, paths, now: () => clock.now() });
  const leases = { active: async () => new Set<string>() };
  const marked = async () => (await trash.read()).entries;
  const view = () => scanCache({ disk: realDisk, guard: guardOf(paths), paths, clock, leases, marked });
  const lease = { confirm: () => Promise.reject(lost) };
  return runPrune({ trash, lease, view, signal: noWait.signal }, KEEP_30_DAYS);
}

test('removes the empty directory of a download that was killed, after a week', async () => {
  const root = tempFolder();
  const name = '.rma/staging/publish-0123456789abcdef';
  mkdirSync(join(root, name), { recursive: true });
  setAge(root, 6, name);
  expect((await testCache(root).prune(DEFAULT_POLICY, noWait)).marked).toEqual([]);
  setAge(root, 8, name);
  const { marked } = await testCache(root).prune(DEFAULT_POLICY, noWait);
  expect(marked.map((each) => each.name)).toEqual([name]);
  expect(existsSync(join(root, name))).toBe(false);
});

test('a marked model with a record that cannot be read stays in the trash', async () => {
  const root = tempFolder();
  plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1') });
  setAge(root, 40, `${HUB}/blobs/${sha('1')}`);
  await testCache(root).prune(KEEP_30_DAYS, noWait);
  const [id = ''] = readdirSync(join(root, '.rma/trash'));
  const folder = join(root, '.rma/trash', id);
  // larger than any record that is read
  truncateSync(join(folder, 'record.json'), 129 * 2 ** 20);
  const before = readdirSync(folder);
  await testCache(root, { clock: clockAhead(100) }).prune(DEFAULT_POLICY, noWait);
  expect(readdirSync(folder)).toEqual(before);
});
