import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../../../src/app/lock/take-lock.ts';
import { withPlanningLock } from '../../../../src/app/lock/with-lock.ts';
import { lockLabels, lockVolume } from '../../../../src/core/reservation/lock-labels.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { contender, identityOf, ownerOf, slowVolumes } from '../../../helpers/host/lock-parts.ts';
import { engineOf } from '../../../helpers/host/port-builders.ts';

const key = { kind: 'project', project: 'demo' } as const;
const request = { key, command: 'up', waitMs: 10_000 };

const names = async ({ engine }: Pick<FakeHost, 'engine'>) => [...(await engine.volumes()).keys()];

describe('takeLock', () => {
  it('creates one volume that names the holder', async () => {
    const host = new FakeHost();
    await takeLock(host, contender(1), request);
    const [volume] = (await host.engine.volumes()).values();
    expect(volume).toMatchObject({
      name: 'rma-lock-demo.1',
      labels: {
        'rma.lock': 'project',
        'rma.project': 'demo',
        'rma.command': 'up',
        'rma.user': 'alice',
        'rma.host': 'box',
        'rma.pid': '1',
      },
    });
  });

  it('[case S05] reports who holds the lock, waits, and then fails with how to release it', async () => {
    const host = new FakeHost();
    await takeLock(host, contender(1), { ...request, command: 'down' });
    const second = contender(2);
    const error = await takeLock(host, second, request).catch((thrown: unknown) => thrown);
    const holder = 'rma down (user alice, host box, PID 1) since 2026-01-01T00:00:00Z';
    expect(error).toMatchObject({
      code: 'RMA_LOCK_HELD',
      exitCode: 7,
      message: `project "demo" is locked by ${holder}`,
      hint: expect.stringContaining('rma lock release -p demo'),
    });
    expect(second.clock.monotonic()).toBeGreaterThanOrEqual(10_000);
    expect(second.events).toMatchObject([
      { type: 'step', state: 'start', text: expect.stringContaining(holder) },
      { type: 'step', state: 'fail' },
    ]);
    expect(await names(host)).toEqual(['rma-lock-demo.1']);
  });

  it('[fail L3] takes the lock of a process that ended over at once, and removes its volume', async () => {
    const host = new FakeHost();
    await takeLock(host, contender(1), request);
    const second = contender(2, new Set([1]));
    expect(await takeLock(host, second, request)).toMatchObject({ owner: { pid: 2 } });
    expect(second.clock).toMatchObject({ sleeps: [] });
    expect(await names(host)).toEqual(['rma-lock-demo.2']);
  });

  it('takes a lock from before a reboot over at once', async () => {
    const host = new FakeHost();
    const before = ownerOf({ boot: 'boot-0' });
    host.engine.addVolume(lockVolume(key, 3), { labels: lockLabels(key, 'before', before) });
    await takeLock(host, contender(2), { ...request, waitMs: 0 });
    expect(await names(host)).toEqual(['rma-lock-demo.4']);
  });

  it.each([
    { silentMs: 119_000, held: true },
    { silentMs: 120_000, held: false },
  ])(
    'judges a holder on another machine by its renewals: held after $silentMs ms is $held',
    async ({ silentMs, held }) => {
      const host = new FakeHost();
      const remote = ownerOf({ ...identityOf({ host: 'other', machine: 'machine-2', boot: 'boot-2' }) });
      const labels = lockLabels(key, 'remote', remote);
      host.engine.addVolume(lockVolume(key, 1), { labels, createdAt: host.engine.clock - silentMs });
      const taken = takeLock(host, contender(2), { ...request, waitMs: 0 });
      if (held) await expect(taken).rejects.toMatchObject({ code: 'RMA_LOCK_HELD' });
      else await expect(taken).resolves.toMatchObject({ generation: 2 });
    },
  );

  it('[fail L7] withdraws if it was suspended since it looked, and another process holds a later generation', async () => {
    const host = new FakeHost();
    host.engine.addVolume(lockVolume(key, 2), { labels: lockLabels(key, 'other', ownerOf({ pid: 1 })) });
    let looks = 0;
    const volumes = async () => {
      looks += 1;
      return looks === 1 ? new Map() : host.engine.volumes();
    };
    const engine = engineOf({
      volumes,
      createVolume: async (...args) => host.engine.createVolume(...args),
      removeVolumes: async (volume) => host.engine.removeVolumes(volume),
    });
    const taken = takeLock({ engine }, contender(2), { ...request, waitMs: 0 });
    await expect(taken).rejects.toMatchObject({ code: 'RMA_LOCK_HELD', details: { pid: 1 } });
    expect(await names(host)).toEqual(['rma-lock-demo.2']);
  });

  it('never removes a volume of that name without the labels of a lock', async () => {
    const host = new FakeHost();
    host.engine.addVolume('rma-lock-demo.7');
    expect(await takeLock(host, contender(2), request)).toMatchObject({ generation: 8 });
    expect(await names(host)).toEqual(['rma-lock-demo.7', 'rma-lock-demo.8']);
  });

  it.each([
    [999_999_999_999_999, 1],
    [999_999_999_999_998, 999_999_999_999_999],
  ])('takes a lock next to a volume of generation %d', async (garbage, generation) => {
    const host = new FakeHost();
    host.engine.addVolume(lockVolume(key, garbage));
    expect(await takeLock(host, contender(2), { ...request, waitMs: 0 })).toMatchObject({ generation });
    expect(await names(host)).toContain(lockVolume(key, generation));
  });

  it('treats a lock with broken labels as abandoned', async () => {
    const host = new FakeHost();
    const labels = { 'rma.lock': 'project', 'rma.project': 'demo', 'rma.pid': '-1' };
    host.engine.addVolume('rma-lock-demo.1', { labels });
    await takeLock(host, contender(2), { ...request, waitMs: 0 });
    expect(await names(host)).toEqual(['rma-lock-demo.2']);
  });
});

/** Commands, the turns of their requests, and which of them are killed while they hold the lock. */
const races = fc.record({
  killed: fc.array(fc.boolean(), { minLength: 2, maxLength: 12 }),
  turns: fc.array(fc.nat(4), { minLength: 3, maxLength: 11 }),
});

it('[fail L9] of up to 12 commands at once, killed ones among them, never two hold the lock, and each gets it', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ({ killed, turns }) => {
      let count = 0;
      const host = { engine: slowVolumes(() => turns[count++ % turns.length] ?? 0) };
      const dead = new Set<number>();
      let holding = 0;
      let held = 0;
      await Promise.all(
        killed.map(async (isKilled, at) => {
          const self = contender(at + 1, dead);
          const work = async (): Promise<void> => {
            holding += 1;
            expect(holding).toBe(1);
            await host.engine.containers();
            held += 1;
            holding -= 1;
          };
          if (!isKilled) return withPlanningLock(host, self, { command: 'up', work });
          await takeLock(host, self, { key: { kind: 'planning' }, command: 'up', waitMs: 60_000 });
          await work();
          dead.add(at + 1);
        }),
      );
      expect(held).toBe(killed.length);
    }),
    { numRuns: 100 },
  );
});
