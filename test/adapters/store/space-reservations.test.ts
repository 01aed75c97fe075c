import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { bootId } from '../../../src/adapters/store/disk/boot-id.ts';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../../src/adapters/store/disk/files.ts';
import { Leases } from '../../../src/adapters/store/lease/lease.ts';
import { SpaceReservations } from '../../../src/adapters/store/lease/space-reservations.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';

const never = new AbortController().signal;
const CAPACITY = 100;
/** another file system than that of the store */
const ELSEWHERE = '/proc';

/** Real time with short sleeps: a heartbeat is written every 10 ms, and no holder is silent for long. */
const eager: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 1000, signal) };

/** A lease whose holder has requested space. */
interface Download {
  readonly isGranted: boolean;
  left(): number;
  write(bytes: number): void;
  release(): Promise<void>;
}

/** A store on a disk of 100 bytes. */
class SmallDisk {
  readonly root = quickFolder();
  written = 0;

  /** Returns how a process of its own starts downloads. */
  async process(clock = eager): Promise<(key: string, bytes: number, place?: string) => Promise<Download>> {
    const [dir, staging] = [join(this.root, 'leases'), join(this.root, 'staging')];
    await ensureDir(realDisk, staging);
    const leases = new Leases({ disk: realDisk, clock, dir, staging, boot: bootId() });
    const spaces = new SpaceReservations(leases, clock);
    return async (key, bytes, place = this.root) => {
      const lease = await leases.acquire(key, () => undefined, never);
      let left = bytes;
      const reservation = await spaces.reserve(lease, place, {
        remaining: () => left,
        isEnough: async (reserved) => left <= CAPACITY - this.written - reserved,
        onWait: () => undefined,
        signal: never,
      });
      return {
        isGranted: reservation !== null,
        left: () => left,
        write: (more) => {
          left -= more;
          this.written += more;
        },
        release: () => lease.release(),
      };
    };
  }
}

test('[fail D3] what another process has reserved is free when it has ended', async () => {
  const disk = new SmallDisk();
  const [first, second] = [await disk.process(), await disk.process()];
  const one = await first('one', 60);
  const two = await second('two', 60);
  expect([one.isGranted, two.isGranted]).toEqual([true, false]);
  expect((await second('three', 40)).isGranted).toBe(true);
  await one.release();
  await two.release();
  expect((await second('two', 60)).isGranted).toBe(true);
});

test('[fail D3] what another process has written since its last heartbeat is counted once', async () => {
  const disk = new SmallDisk();
  const one = await (await disk.process())('one', 60);
  one.write(50);
  const two = await (await disk.process())('two', 40);
  expect(two.isGranted).toBe(true);
});

test('[fail D3] a process without heartbeats keeps its reservation for 90 seconds', async () => {
  const disk = new SmallDisk();
  const stopped = new JumpingClock();
  stopped.sleep = () => new Promise(() => undefined);
  expect((await (await disk.process(stopped))('one', 60)).isGranted).toBe(true);
  const clock = new JumpingClock();
  const start = clock.monotonic();
  expect((await (await disk.process(clock))('two', 60)).isGranted).toBe(true);
  expect(clock.monotonic() - start).toBeGreaterThanOrEqual(90_000);
});

test('[fail D3] a reservation counts on its own file system only', async () => {
  const disk = new SmallDisk();
  const [first, second] = [await disk.process(), await disk.process()];
  expect((await first('one', 60, ELSEWHERE)).isGranted).toBe(true);
  expect((await second('two', 60)).isGranted).toBe(true);
  expect((await second('three', 60, ELSEWHERE)).isGranted).toBe(false);
  expect((await first('four', 60)).isGranted).toBe(false);
});

test('[fail D3] two downloads of one process do not use the same space either', async () => {
  const disk = new SmallDisk();
  const start = await disk.process();
  const downloads = await Promise.all([start('one', 60), start('two', 60)]);
  expect(downloads.map(({ isGranted }) => isGranted).sort()).toEqual([false, true]);
});

test('[fail D3] the downloads that start never need more than the disk has, and one starts if it fits', async () => {
  const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 0, max: 60 }), async (processes, used) => {
      const disk = new SmallDisk();
      disk.written = used;
      const downloads = processes.map(async (each, at) => {
        const start = await disk.process();
        return Promise.all(each.map((bytes, n) => start(`${at}-${n}`, bytes)));
      });
      const all = (await Promise.all(downloads)).flat();
      const granted = all.filter(({ isGranted }) => isGranted);
      const needed = granted.reduce((sum, { left }) => sum + left(), 0);
      expect(used + needed).toBeLessThanOrEqual(CAPACITY);
      const isPossible = processes.flat().some((bytes) => bytes <= CAPACITY - used);
      expect(granted.length > 0).toBe(isPossible);
      await Promise.all(all.map((each) => each.release()));
    }),
    { numRuns: 25 },
  );
});
