import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSlow } from '../../../src/core/hub/slow-request.ts';

test.each([
  [0, [100], true],
  [9, [100, 100], true],
  [10, [100, 100], false],
  [9, [1, 100, 1000], true],
  [9, [1, 1, 1000], false],
  [0, [], false],
  [0, [0, 0], false],
])('[fail S4] a rate of %d next to %j is slow: %s', (rate, others, slow) => {
  expect(isSlow(rate, others)).toBe(slow);
});

test('[fail S4] of any rates, less than half are slow', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 2 }), (rates) => {
      const slow = rates.filter((rate, at) =>
        isSlow(
          rate,
          rates.filter((_, other) => other !== at),
        ),
      );
      expect(slow.length).toBeLessThanOrEqual(rates.length / 2);
    }),
  );
});
