import { expect, test } from 'vitest';
import { severalAtOnce } from '../../../src/adapters/store/disk/several-at-once.ts';

/** Steps that the test ends. */
function held() {
  const running = new Map<number, (error?: Error) => void>();
  const begun: number[] = [];
  const step = (item: number) =>
    new Promise<void>((resolve, reject) => {
      begun.push(item);
      running.set(item, (error) => {
        running.delete(item);
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  return { step, running, begun };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const items = Array.from({ length: 100 }, (_, n) => n);

test('every item has its step, and at most sixteen run at the same time', async () => {
  const { step, running, begun } = held();
  const all = severalAtOnce(items, step);
  let most = 0;
  while (begun.length < items.length || running.size > 0) {
    most = Math.max(most, running.size);
    [...running.values()][0]?.();
    await turn();
  }
  await all;
  expect(begun).toEqual(items);
  expect(most).toBe(16);
});

test('after a failure nothing is begun, and the error waits until nothing runs', async () => {
  const { step, running, begun } = held();
  let ended = false;
  const all = severalAtOnce(items, step).finally(() => {
    ended = true;
  });
  const outcome = all.catch((error: Error) => error.message);
  running.get(7)?.(new Error('disk full'));
  await turn();
  running.get(3)?.(new Error('later'));
  await turn();
  expect([begun.length, ended]).toEqual([16, false]);
  for (const end of [...running.values()]) end();
  expect(await outcome).toBe('disk full');
  expect(begun).toHaveLength(16);
});

test('no items need no step', async () => {
  await expect(severalAtOnce([], () => Promise.reject(new Error('step')))).resolves.toBeUndefined();
});
