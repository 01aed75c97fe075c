import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { bootId } from '../../../src/adapters/store/disk/boot-id.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../../src/adapters/store/disk/files.ts';
import { Leases } from '../../../src/adapters/store/lease/lease.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';

/** A disk without space: files can be created, but stay empty. */
const fullDisk: Disk = {
  ...realDisk,
  open: async (...args) => {
    const handle = await realDisk.open(...args);
    const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
    handle.writeFile = () => Promise.reject(full);
    return handle;
  },
};

const never = new AbortController().signal;

async function setUp(disk = fullDisk) {
  const root = quickFolder();
  const clock = new JumpingClock();
  const [dir, staging] = [join(root, 'leases'), join(root, 'staging')];
  await ensureDir(realDisk, staging);
  const options = { disk, clock, dir, staging, boot: bootId() };
  return { clock, leases: new Leases(options) };
}

test('[fail D1] a lease on a full disk is exclusive, and free at once when it was released', async () => {
  const { clock, leases } = await setUp();
  const start = clock.monotonic();
  const first = await leases.acquire('key', () => undefined, never);
  let waits = 0;
  const wait = () => {
    waits += 1;
    void first.release();
  };
  const second = await leases.acquire('key', wait, never);
  expect(waits).toBeGreaterThan(0);
  expect(clock.monotonic() - start).toBeLessThan(45_000);
  await second.confirm();
  await second.release();
});

test('[fail D1] a holder without space for a heartbeat loses its lease before others take over', async () => {
  const { clock, leases } = await setUp();
  const first = await leases.acquire('key', () => undefined, never);
  const start = clock.monotonic();
  const wait = () => expect(first.lost.aborted || clock.monotonic() - start < 90_000).toBe(true);
  const second = await leases.acquire('key', wait, never);
  expect(first.lost.aborted).toBe(true);
  expect(clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
  await second.release();
});

test('[fail U1] prune detects the lease of a running holder, also if its heartbeat is hours old by the wall clock', async () => {
  const root = quickFolder();
  const [dir, staging] = [join(root, 'leases'), join(root, 'staging')];
  await ensureDir(realDisk, staging);
  const options = { disk: realDisk, clock: systemClock, dir, staging, boot: bootId() };
  const lease = await new Leases(options).acquire('key', () => undefined, never);
  const clock = { ...systemClock, now: () => Date.now() + 3 * 60 * 60_000 };
  const later = new Leases({ ...options, clock });
  expect(await later.active()).toEqual(new Set(['key']));
  await lease.release();
  expect(await later.active()).toEqual(new Set());
});

test('[fail L7] a holder that was suspended for longer than its heartbeat lasts does not publish, also if no process took over', async () => {
  const { clock, leases } = await setUp(realDisk);
  // its timers have not run yet
  clock.sleep = (_, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const lease = await leases.acquire('key', () => undefined, never);
  await lease.confirm();
  clock.advance(60_000);
  await expect(lease.confirm()).rejects.toMatchObject({ code: 'RMA_STORE_LEASE_LOST' });
  await lease.release();
});
