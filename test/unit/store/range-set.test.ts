import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  gapsOf,
  prefixOf,
  type Range,
  rangeSet,
  sizeOf,
  withoutRange,
  withRange,
} from '../../../src/core/store/range-set.ts';

const BYTES = 40;
const range: fc.Arbitrary<Range> = fc.tuple(
  fc.integer({ min: 0, max: BYTES }),
  fc.integer({ min: 0, max: BYTES }),
);
const ranges = fc.array(range, { maxLength: 12 });

/** Lists the bytes one by one. */
function bytesOf(set: readonly Range[]): readonly number[] {
  const inside = (byte: number) => set.some(([start, end]) => byte >= start && byte < end);
  return Array.from({ length: BYTES }, (_, byte) => byte).filter(inside);
}

test('ranges that touch or overlap become one', () => {
  expect(rangeSet([[20, 30], [0, 10], [10, 12], [25, 40], [5, 5]])).toEqual([[0, 12], [20, 40]]); // biome-ignore format: one row
});

test('[fail C7] a set has exactly the bytes of its ranges, in order and with a gap between each two', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const set = rangeSet(given);
      expect(bytesOf(set)).toEqual(bytesOf(given));
      expect(set.every(([start, end]) => start < end)).toBe(true);
      expect(set.slice(1).every(([start], at) => start > (set[at]?.[1] ?? 0))).toBe(true);
      expect(sizeOf(set)).toBe(bytesOf(given).length);
    }),
  );
});

test('the order in which ranges arrive is irrelevant', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const forwards = given.reduce(withRange, rangeSet([]));
      expect(given.toReversed().reduce(withRange, rangeSet([]))).toEqual(forwards);
      expect(forwards).toEqual(rangeSet(given));
    }),
  );
});

test('a set and its gaps are the whole file, and share no byte', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const set = rangeSet(given);
      const gaps = gapsOf(set, BYTES);
      expect(rangeSet([...set, ...gaps])).toEqual([[0, BYTES]]);
      expect(sizeOf(set) + sizeOf(gaps)).toBe(BYTES);
    }),
  );
});

test('a removed range has no byte left in the set, and no other byte is removed', () => {
  fc.assert(
    fc.property(ranges, range, (given, removed) => {
      const left = withoutRange(rangeSet(given), removed);
      const gone = new Set(bytesOf([removed]));
      expect(bytesOf(left)).toEqual(bytesOf(given).filter((byte) => !gone.has(byte)));
    }),
  );
});

test('[fail C8] the prefix ends at the first gap', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const set = rangeSet(given);
      expect(prefixOf(set)).toBe(gapsOf(set, BYTES)[0]?.[0] ?? BYTES);
    }),
  );
});
