import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selectRange } from '../../../src/core/network/byte-range.ts';

it.each([
  [undefined, 'whole'],
  ['bytes=0-0', { from: 0, to: 1 }],
  ['bytes=2-', { from: 2, to: 10 }],
  ['bytes= 2 - 4 ', { from: 2, to: 5 }],
  ['bytes=-3', { from: 7, to: 10 }],
  ['bytes=-99', { from: 0, to: 10 }],
  ['bytes=9-99', { from: 9, to: 10 }],
  ['bytes=10-', null],
  ['bytes=-0', null],
  ['bytes=5-4', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=1-2,4-5', 'whole'],
  ['bytes=a-b', 'whole'],
  ['lines=1-2', 'whole'],
])('%s of 10 bytes selects %o', (header, expected) => {
  expect(selectRange(header, 10)).toEqual(expected);
});

it('never selects bytes that the content does not have', () => {
  const number = fc.oneof(
    fc.constant(''),
    fc.nat().map(String),
    fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  );
  fc.assert(
    fc.property(number, number, fc.nat(), (first, last, bytes) => {
      const span = selectRange(`bytes=${first}-${last}`, bytes);
      if (span === null || span === 'whole') return;
      expect(span.from).toBeGreaterThanOrEqual(0);
      expect(span.to).toBeGreaterThan(span.from);
      expect(span.to).toBeLessThanOrEqual(bytes);
    }),
  );
});
