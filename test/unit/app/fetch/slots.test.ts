import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slots } from '../../../../src/app/fetch/slots.ts';

/** A task that ends when the test says so. */
function heldTask(): {
  readonly run: () => Promise<void>;
  readonly end: () => void;
  readonly started: () => boolean;
} {
  let started = false;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = (): Promise<void> => {
    started = true;
    return ended;
  };
  return { run, end: () => end(), started: () => started };
}

test('tasks never take more slots than there are, start in order, and all run', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 10 }), async (tasks, count) => {
      const slots = new Slots(count);
      const order: number[] = [];
      let taken = 0;
      let most = 0;
      await Promise.all(
        tasks.map((size, n) =>
          slots.run(size, async () => {
            order.push(n);
            taken += Math.min(size, count);
            most = Math.max(most, taken);
            await Promise.resolve();
            taken -= Math.min(size, count);
          }),
        ),
      );
      expect(most).toBeLessThanOrEqual(count);
      expect(order).toEqual(tasks.map((_, n) => n));
    }),
  );
});

test('a small task does not overtake a large one that waits', async () => {
  const slots = new Slots(4);
  const [first, large, small] = [heldTask(), heldTask(), heldTask()];
  const runs = [slots.run(1, first.run), slots.run(4, large.run), slots.run(1, small.run)];
  await setImmediate();
  expect([first, large, small].map((task) => task.started())).toEqual([true, false, false]);
  for (const task of [first, large, small]) task.end();
  await Promise.all(runs);
  expect(small.started()).toBe(true);
});

test('the slots of a failed task are free again', async () => {
  const slots = new Slots(2);
  await expect(slots.run(2, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  await expect(slots.run(2, () => Promise.resolve('done'))).resolves.toBe('done');
});

test('slots that are freed twice are free once', async () => {
  const slots = new Slots(1);
  const release = await slots.take(1);
  release();
  release();
  const [first, second] = [heldTask(), heldTask()];
  const runs = [slots.run(1, first.run), slots.run(1, second.run)];
  await setImmediate();
  expect([first.started(), second.started()]).toEqual([true, false]);
  first.end();
  second.end();
  await Promise.all(runs);
});
