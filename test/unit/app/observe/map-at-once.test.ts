import { expect, it } from 'vitest';
import { mapAtOnce } from '../../../../src/app/observe/map-at-once.ts';

it('returns results in the order of the items, with no more at the same time than allowed', async () => {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => void ends.push(resolve));
    running -= 1;
    return 10 * item;
  };
  const mapped = mapAtOnce([1, 2, 3, 4, 5], 2, work);
  // the later one ends first
  for (let ended = 0; ended < 5; ended++) {
    await new Promise(setImmediate);
    ends.pop()?.();
  }
  expect(await mapped).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
});

it('begins nothing after an error, which it throws', async () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error('broken');
  };
  await expect(mapAtOnce([1, 2, 3, 4], 1, work)).rejects.toThrow('broken');
  expect(begun).toEqual([1]);
});
