import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConnectionCount, nextCount, ONE_CONNECTION } from '../../../src/core/hub/connection-count.ts';

/** Measures a line again and again, one second apart. Returns the counts that were tried. */
function tried(rateOf: (count: number) => number, seconds: number): readonly number[] {
  const counts: number[] = [];
  let state: ConnectionCount = ONE_CONNECTION;
  for (let second = 0; second < seconds; second += 1) {
    counts.push(state.count);
    state = nextCount(state, { rate: rateOf(state.count), now: second * 1000 });
  }
  return [...counts, state.count];
}

test('a line with a limit per connection gets four times as many connections until there are sixteen', () => {
  expect(tried((count) => count * 50, 5)).toEqual([1, 4, 16, 16, 16, 16]);
});

test('a line that one connection fills keeps one connection', () => {
  expect(tried(() => 100, 5)).toEqual([1, 4, 1, 1, 1, 1]);
});

test('connections that raise the rate by 20 % or less are closed', () => {
  expect(tried((count) => Math.min(count * 50, 220), 5)).toEqual([1, 4, 16, 4, 4, 4]);
  expect(tried((count) => (count === 1 ? 100 : 120), 3)).toEqual([1, 4, 1, 1]);
  expect(tried((count) => (count === 1 ? 100 : 121), 3)).toEqual([1, 4, 16, 4]);
});

test('one connection stays alone while it has 256 MiB/s or more', () => {
  const MIB = 1024 * 1024;
  expect(tried((count) => count * 256 * MIB, 40)).toEqual(Array.from({ length: 41 }, () => 1));
  expect(tried((count) => count * 255 * MIB, 2)).toEqual([1, 4, 16]);
  const rates = [300, 300, 50, 200];
  expect(tried((count) => count * (rates.shift() ?? 50) * MIB, 4)).toEqual([1, 1, 1, 4, 16]);
});

test('more connections are tried again after 30 seconds', () => {
  const counts = tried(() => 100, 40);
  expect(counts.filter((count) => count === 4)).toHaveLength(2);
  expect(counts.indexOf(4, 2)).toBe(32);
});

test('there are never more than sixteen, nor less than one', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true })), (rates) => {
      const counts = tried((count) => rates[count] ?? 0, rates.length);
      expect(counts.every((count) => [1, 4, 16].includes(count))).toBe(true);
    }),
  );
});
