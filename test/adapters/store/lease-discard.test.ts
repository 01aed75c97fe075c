import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { GenerationLog } from '../../../src/adapters/store/lease/generation-log.ts';
import { DEAD_AFTER_MS, Watch } from '../../../src/adapters/store/lease/liveness.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { BOOT, LATER, leasesForTest } from '../../helpers/store/lease-fixture.ts';

const never = new AbortController().signal;
const ignore = () => undefined;

test('[fail L3] a discarded lease leaves no directory, and goes to the process that waits for it', async () => {
  const { root, leases } = await leasesForTest({ boot: BOOT });
  for (let round = 0; round < 3; round += 1) await (await leases.acquire('key', ignore, never)).release();
  const first = await leases.acquire('key', ignore, never);
  const second = await leases.acquire('key', () => void first.discard(), never);
  await expect(second.confirm()).resolves.toBeUndefined();
  await second.discard();
  expect(readdirSync(join(root, 'leases'))).toEqual(['.w']);
  expect(readdirSync(join(root, 'leases/.w'))).toEqual([]);
});

test('a process whose directory is removed before it creates its generation creates the directory again', async () => {
  let removals = 0;
  const disk: Disk = {
    ...realDisk,
    link: async (from, to) => {
      if (removals++ < 2) await realDisk.rmdir(join(String(to), '..'));
      return realDisk.link(from, to);
    },
  };
  const { leases } = await leasesForTest({ disk });
  const lease = await leases.acquire('key', ignore, never);
  await expect(lease.confirm()).resolves.toBeUndefined();
  expect(removals).toBe(3);
  await lease.discard();
});

test('a late claim in a log that was created again is not a lease', async () => {
  const { leases, log } = await leasesForTest();
  const first = await leases.acquire('key', ignore, never);
  const seen = await log.read(1);
  await first.discard();
  expect(await log.claim({ ...LATER, token: 'late' }, seen)).toBe(false);
  const next = await leases.acquire('key', ignore, never);
  expect(await log.claim({ ...LATER, token: 'late' }, seen)).toBe(false);
  await expect(next.confirm()).resolves.toBeUndefined();
  await next.discard();
});

test('a holder whose log was removed while it was suspended does not end the lease of the next one', async () => {
  const { root, leases } = await leasesForTest();
  const sleepers = [await leases.acquire('key', ignore, never)];
  rmSync(join(root, 'leases/key'), { recursive: true });
  sleepers.push(await leases.acquire('key', ignore, never));
  rmSync(join(root, 'leases/key'), { recursive: true });
  const next = await leases.acquire('key', ignore, never);
  await sleepers[0]?.release();
  await sleepers[1]?.discard();
  await expect(next.confirm()).resolves.toBeUndefined();
  expect(await leases.active()).toEqual(new Set(['key']));
  await next.release();
});

test('[fail L3] several short holders that have the same number, one after the other, are not one dead holder', () => {
  const clock = new JumpingClock();
  const watch = new Watch(clock);
  const state = { beat: 1, released: false, doneBytes: 0, totalBytes: 100 };
  for (const token of ['a', 'b', 'c']) {
    watch.update({ number: 1, record: { ...LATER, token }, heartbeat: { ...state, token } });
    clock.advance(DEAD_AFTER_MS - 1);
    expect(watch.silentFor()).toBeLessThan(DEAD_AFTER_MS);
    expect(watch.stuckFor()).toBeLessThan(DEAD_AFTER_MS);
  }
});

test('a claim is not a lease if the log is created again before the generation is linked', async () => {
  const { root, leases, log } = await leasesForTest();
  const first = await leases.acquire('key', ignore, never);
  const seen = await log.read(1);
  let next = first;
  const link: Disk['link'] = async (from, to) => {
    await first.discard();
    next = await leases.acquire('key', ignore, never);
    await realDisk.link(from, to);
  };
  const late = new GenerationLog({ ...realDisk, link }, join(root, 'leases/key'), join(root, 'staging'));
  expect(await late.claim({ ...LATER, token: 'late' }, seen)).toBe(false);
  expect(await log.highest()).toBe(1);
  await next.discard();
});
