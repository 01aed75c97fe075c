import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/core/backoff.ts';

test('doubles the delay up to the maximum', () => {
  const pauses = (random: number) =>
    [1, 2, 3, 4, 1000].map((attempt) => backoffMs(attempt, random, { firstMs: 500, longestMs: 3000 }));
  expect(pauses(0)).toEqual([250, 500, 1000, 1500, 1500]);
  expect(pauses(0.5)).toEqual([375, 750, 1500, 2250, 2250]);
});

test('keeps delays within bounds, spread over the upper half', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const pause = backoffMs(attempt, random, { firstMs: 500 });
        expect(pause).toBeGreaterThanOrEqual(250);
        expect(pause).toBeLessThanOrEqual(30_000);
        expect(pause).toBeLessThanOrEqual(2 * backoffMs(attempt, 0, { firstMs: 500 }));
      },
    ),
  );
});
