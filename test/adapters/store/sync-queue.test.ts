import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SyncQueue } from '../../../src/adapters/store/transfer/sync-queue.ts';

test('two syncs run at the same time, in order, and a failure ends only its own', async () => {
  const queue = new SyncQueue();
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const outcomes = [0, 1, 2, 3].map((n) =>
    queue.sync({
      datasync: async () => {
        started.push(n);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (n === 1) throw new Error('EIO');
      },
    }),
  );
  const settled = Promise.allSettled(outcomes);
  await setImmediate();
  expect(started).toEqual([0, 1]);
  ends[1]?.();
  await setImmediate();
  expect(started).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await setImmediate();
  ends[3]?.();
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});
