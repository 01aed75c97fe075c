import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { InventoryModel } from '../../../src/core/domain/inventory.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { faultyDisk } from '../../helpers/store/faulty-disk.ts';
import { testFetcher, testStore, testUses } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const WORKER = { host: 'box', project: 'demo', profile: 'chat' };
const HOUR = 3_600_000;

let root = '';
let clock = new FakeClock();
let model: PinnedModel;
beforeEach(async () => {
  root = tempFolder();
  clock = new FakeClock();
  const hub = await hubForTest({ repos: { 'Acme/Tiny': { files: { 'config.json': '{}' } } } });
  const fetcher = testFetcher(root, hub.endpoint);
  model = await fetcher.resolve('hf:Acme/Tiny');
  await fetcher.fetch([model]);
});

const usage = () => readdirSync(join(root, '.rma/usage'));
const stored = async (): Promise<InventoryModel | undefined> => (await testStore(root).inventory()).models[0];
const iso = (ms: number) => new Date(ms).toISOString();

describe('the record of uses', () => {
  test('has one file for a pull, and the inventory has its time', async () => {
    expect(usage()).toHaveLength(1);
    const { lastUsedAt, records } = (await stored()) ?? {};
    expect(Date.now() - Date.parse(lastUsedAt ?? '')).toBeLessThan(HOUR);
    expect(records).toContain(`usage/${usage()[0]}`);
  });

  test('has one file for each worker, and the latest time counts', async () => {
    clock.advance(Date.now() + HOUR - clock.now());
    await testUses(root, { clock }).record([model, model], WORKER);
    clock.advance(HOUR);
    await testUses(root, { clock }).record([model], { ...WORKER, host: 'other' });
    expect(usage()).toHaveLength(3);
    expect((await stored())?.lastUsedAt).toBe(iso(clock.now()));
  });

  test('is written at most every 30 minutes, and again after the clock went back', async () => {
    const uses = testUses(root, { clock });
    const start = Date.now() + HOUR;
    clock.advance(start - clock.now());
    await uses.record([model], WORKER);
    clock.advance(HOUR / 2 - 1);
    await uses.record([model], WORKER);
    expect((await stored())?.lastUsedAt).toBe(iso(start));
    clock.advance(1);
    await uses.record([model], WORKER);
    expect((await stored())?.lastUsedAt).toBe(iso(start + HOUR / 2));
  });

  test.each([
    ['a broken file', (path: string) => writeFileSync(path, '{')],
    ['an empty file', (path: string) => writeFileSync(path, '')],
  ])('is written again over %s', async (_, plant) => {
    plant(join(root, '.rma/usage', usage()[0] ?? ''));
    expect((await stored())?.lastUsedAt).toBeNull();
    await testUses(root).record([model], null);
    expect((await stored())?.lastUsedAt).not.toBeNull();
  });

  test('follows no link out of the store', async () => {
    const [other, outside] = [tempFolder(), tempFolder()];
    mkdirSync(join(other, '.rma/staging'), { recursive: true });
    symlinkSync(outside, join(other, '.rma/usage'));
    await testUses(other).record([model], WORKER);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('leaves a read-only store as it is, and fails nothing', async () => {
    const before = usage();
    const { disk, failed } = faultyDisk(1, 'EROFS', true);
    await testUses(root, { disk }).record([model], WORKER);
    expect(failed()).not.toBeNull();
    expect(usage()).toEqual(before);
  });

  test('goes with its model', async () => {
    await testUses(root).record([model], WORKER);
    const { signal } = new AbortController();
    const path = (await stored())?.path ?? '';
    await testStore(root).remove([path], { force: false, onWait: () => undefined, signal });
    expect(usage()).toEqual([]);
  });
});

test('a worker that recorded its commits needs only these; another one needs every commit', async () => {
  const store = testStore(root);
  const commit = String(model['commit']);
  const needs = { ...WORKER, refs: ['hf:Acme/Tiny'] };
  await store.recordNeeds({ ...needs, commits: { 'hf:Acme/Tiny': 'b'.repeat(40) } });
  expect((await stored())?.neededBy).toEqual([]);
  await store.recordNeeds({ ...needs, commits: { 'hf:Acme/Tiny': commit } });
  expect((await stored())?.neededBy).toEqual([WORKER]);
  await store.recordNeeds(needs);
  expect((await stored())?.neededBy).toEqual([WORKER]);
});
