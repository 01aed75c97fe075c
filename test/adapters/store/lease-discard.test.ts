import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
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
