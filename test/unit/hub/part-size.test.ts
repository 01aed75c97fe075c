import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_PART, MIN_PART, partSize } from '../../../src/core/hub/part-size.ts';

const MIB = 1024 * 1024;

test('a range takes 80 ms, or eight times the delay before its first byte', () => {
  expect(partSize({ rate: 100 * MIB, latencyMs: 1 })).toBe(8 * MIB);
  expect(partSize({ rate: 100 * MIB, latencyMs: 10 })).toBe(8 * MIB);
  expect(partSize({ rate: 100 * MIB, latencyMs: 30 })).toBe(24 * MIB);
});

test('ranges have 4 to 32 MiB, whatever was measured', () => {
  expect(partSize({ rate: 0, latencyMs: Number.POSITIVE_INFINITY })).toBe(MAX_PART);
  const rates = fc.double({ min: 0, max: 1e12, noNaN: true });
  const delays = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(rates, delays, (rate, latencyMs) => {
      const bytes = partSize({ rate, latencyMs });
      expect(bytes).toBeGreaterThanOrEqual(MIN_PART);
      expect(bytes).toBeLessThanOrEqual(MAX_PART);
      expect(Number.isInteger(bytes)).toBe(true);
    }),
  );
});
