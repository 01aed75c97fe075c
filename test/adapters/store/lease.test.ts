import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../../src/adapters/store/disk/files.ts';
import type { LeaseRecord } from '../../../src/adapters/store/lease/generation-log.ts';
import { BOOT, LATER, type LeaseSetup, leasesForTest } from '../../helpers/store/lease-fixture.ts';

const never = new AbortController().signal;
const ignore = () => undefined;

const deviceOf = ({ root }: LeaseSetup): string => String(statSync(root).dev);

/** Writes what a killed process leaves: a generation and perhaps a heartbeat, without a process. */
async function deadHolder({ log }: LeaseSetup, socket: Partial<LeaseRecord> = {}): Promise<void> {
  const holder = { schema: 'rma.lease/v1', host: 'gone', pid: 1, token: 'dead' } as const;
  await log.claim({ ...holder, boot: null, witness: null, ...socket }, null);
  await log.beat(1, { token: 'dead', beat: 3, released: false, doneBytes: 10, totalBytes: 100 });
}

test('[fail L3] a released lease is acquired at once', async () => {
  const { leases, clock } = await leasesForTest();
  const first = await leases.acquire('key', ignore, never);
  await first.release();
  const second = await leases.acquire('key', ignore, never);
  await second.release();
  expect(clock.sleeps.filter((ms) => ms < 10_000)).toEqual([]);
});

test('[req D02] a waiting process reports the holder and its progress, and acquires the lease on release', async () => {
  const { leases } = await leasesForTest();
  const first = await leases.acquire('key', ignore, never);
  first.progress(30, 100);
  const seen: number[] = [];
  const waiting = leases.acquire(
    'key',
    ({ doneBytes, host }) => {
      expect(host).not.toBe('');
      seen.push(doneBytes);
      if (doneBytes === 30) void first.release();
    },
    never,
  );
  const second = await waiting;
  await second.release();
  expect(seen.at(-1)).toBe(30);
});

test('[fail L3] a holder without a heartbeat loses the lease after 90 seconds on the waiter’s clock, not before', async () => {
  const setup = await leasesForTest();
  await deadHolder(setup);
  const start = setup.clock.monotonic();
  const lease = await setup.leases.acquire('key', ignore, never);
  expect(setup.clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
  expect(setup.clock.monotonic() - start).toBeLessThan(100_000);
  await lease.release();
});

test('[fail L7] wall clock differences do not matter', async () => {
  const setup = await leasesForTest();
  await deadHolder(setup);
  setup.clock.advance(365 * 24 * 3600 * 1000);
  const start = setup.clock.monotonic();
  const lease = await setup.leases.acquire('key', ignore, never);
  expect(setup.clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
  await lease.release();
});

test('a dead holder on the same host is detected at once by its closed socket', async () => {
  const setup = await leasesForTest({ boot: BOOT });
  await deadHolder(setup, { boot: BOOT, witness: 'deadbeef', device: deviceOf(setup) });
  const lease = await setup.leases.acquire('key', ignore, never);
  expect(setup.clock.sleeps.filter((ms) => ms < 10_000)).toEqual([]);
  await lease.release();
});

test.each([
  ['of another host', { boot: BOOT }, { boot: 'another', witness: 'deadbeef' }],
  ['of a host with an unknown boot ID', { boot: BOOT }, { boot: null, witness: 'deadbeef' }],
  [
    'of another mount of the same file system',
    { boot: BOOT },
    { boot: BOOT, witness: 'deadbeef', device: '1' },
  ],
  ['of an unknown mount', { boot: BOOT }, { boot: BOOT, witness: 'deadbeef' }],
  ['without a socket', { boot: BOOT }, { boot: BOOT, witness: null }],
  ['seen from a host with an unknown boot ID', {}, { boot: null, witness: 'deadbeef' }],
])('a dead holder %s is detected by its missing heartbeats', async (_, host, holder) => {
  const setup = await leasesForTest(host);
  await deadHolder(setup, holder);
  const start = setup.clock.monotonic();
  const lease = await setup.leases.acquire('key', ignore, never);
  expect(setup.clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
  await lease.release();
});

test('a broken lease file is replaced after 90 seconds without a heartbeat', async () => {
  const { root, leases, clock } = await leasesForTest({ boot: BOOT });
  await ensureDir(realDisk, join(root, 'leases/key'));
  writeFileSync(join(root, 'leases/key/g1'), '{"schema":"rma.lease/v1","ho');
  const hosts = new Set<string>();
  const start = clock.monotonic();
  const lease = await leases.acquire('key', ({ host }) => hosts.add(host), never);
  expect(clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
  expect([...hosts]).toEqual(['unknown']);
  await lease.confirm();
  await lease.release();
});

test('a live holder keeps the lease as long as it sends heartbeats', async () => {
  const { leases, clock } = await leasesForTest({ boot: BOOT });
  const first = await leases.acquire('key', ignore, never);
  let polls = 0;
  const waiting = leases.acquire(
    'key',
    () => {
      polls += 1;
      if (clock.monotonic() > Date.UTC(2026, 0, 1) + 600_000) void first.release();
    },
    never,
  );
  const second = await waiting;
  expect(first.lost.aborted).toBe(false);
  expect(polls).toBeGreaterThan(10);
  await second.release();
});

test('[fail L7] a suspended holder that lost its lease stops and does not publish', async () => {
  const setup = await leasesForTest();
  const sleeper = await setup.leases.acquire('key', ignore, never);
  await setup.log.claim({ ...LATER, token: 'b' }, await setup.log.read(1));
  await expect(sleeper.confirm()).rejects.toMatchObject({ code: 'RMA_STORE_LEASE_LOST' });
  expect(sleeper.lost.aborted).toBe(true);
  await sleeper.release();
  expect((await setup.log.read(2)).heartbeat).toBeNull();
});

test('a holder whose heartbeats fail stops before others can take over', async () => {
  let broken = false;
  const disk: Disk = {
    ...realDisk,
    rename: (from, to) =>
      broken
        ? Promise.reject(Object.assign(new Error('gone'), { code: 'EIO', syscall: 'rename' }))
        : realDisk.rename(from, to),
  };
  const { leases, clock } = await leasesForTest({ disk });
  const lease = await leases.acquire('key', ignore, never);
  broken = true;
  const start = clock.monotonic();
  await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
  expect(clock.monotonic() - start).toBeLessThan(90_000);
  await lease.release();
});

test('waiting for a running holder without progress times out after 30 minutes', async () => {
  const setup = await leasesForTest();
  await deadHolder(setup);
  let beat = 3;
  const beatOnce = () => {
    const heartbeat = { token: 'dead', beat: ++beat, released: false, doneBytes: 10, totalBytes: 100 };
    writeFileSync(join(setup.root, 'leases/key/hb1'), JSON.stringify(heartbeat));
  };
  const start = setup.clock.monotonic();
  await expect(setup.leases.acquire('key', beatOnce, never)).rejects.toMatchObject({
    code: 'RMA_STORE_LEASE_TIMEOUT',
    exitCode: 7,
    message: expect.stringContaining('of key by gone (pid 1): stuck at 10 of 100 bytes'),
  });
  expect(setup.clock.monotonic() - start).toBe(30 * 60_000);
});

test('an abort ends the wait', async () => {
  const { leases } = await leasesForTest();
  const first = await leases.acquire('key', ignore, never);
  const controller = new AbortController();
  const waiting = leases.acquire('key', () => controller.abort(new Error('stop')), controller.signal);
  await expect(waiting).rejects.toThrow('stop');
  await first.release();
});

test('a late claim of a removed generation is not a lease', async () => {
  const { leases, log } = await leasesForTest();
  await (await leases.acquire('key', ignore, never)).release();
  const first = await log.read(1);
  for (let round = 1; round < 6; round += 1) await (await leases.acquire('key', ignore, never)).release();
  expect(await log.claim({ ...LATER, token: 'late' }, first)).toBe(false);
  expect(await log.highest()).toBe(6);
});

test('a link whose response was lost counts as created', async () => {
  const disk: Disk = {
    ...realDisk,
    link: async (from, to) => {
      await realDisk.link(from, to);
      throw Object.assign(new Error('exists'), { code: 'EEXIST', syscall: 'link' });
    },
  };
  const { leases } = await leasesForTest({ disk });
  const lease = await leases.acquire('key', ignore, never);
  await expect(lease.confirm()).resolves.toBeUndefined();
  await lease.release();
});

test('removes old generations, heartbeats and sockets', async () => {
  const { root, leases } = await leasesForTest({ boot: BOOT });
  for (let round = 0; round < 20; round += 1) await (await leases.acquire('key', ignore, never)).release();
  expect(readdirSync(join(root, 'leases', 'key')).length).toBeLessThanOrEqual(6);
  expect(readdirSync(join(root, 'leases', '.w'))).toEqual([]);
  expect(readdirSync(join(root, 'staging'))).toEqual([]);
});
