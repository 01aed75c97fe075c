import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Claim, Claims } from '../../../src/adapters/store/transfer/claims.ts';
import { gapsOf, type Range, type RangeSet, withRange } from '../../../src/core/store/range-set.ts';

const MIN = 4;

test('one connection gets all that is missing, up to the next byte that is there', () => {
  const claims = new Claims(100, MIN);
  expect(claims.take([[40, 60]], 1)).toMatchObject({ start: 0, end: 40 });
  expect(claims.take([[40, 60]], 1)).toMatchObject({ start: 60, end: 100 });
});

test('a second connection takes its part from the first one only when its response is there', () => {
  const claims = new Claims(100, MIN);
  const first = claims.take([], 1);
  const second = claims.take([], 2);
  expect([first, second]).toMatchObject([
    { start: 0, end: 100 },
    { start: 25, end: 50 },
  ]);
  expect(second === null ? null : claims.confirm(second)).toBe(true);
  expect(first).toMatchObject({ end: 25 });
});

test('several connections take ranges of a given size at most, one connection all that is missing', () => {
  const claims = new Claims(1000, MIN);
  expect(claims.take([], 1, 10)).toMatchObject({ start: 0, end: 1000 });
  expect(claims.take([], 2, 10)).toMatchObject({ start: 10, end: 20 });
});

test('a part that arrived meanwhile is not taken', () => {
  const claims = new Claims(100, MIN);
  const first = claims.take([], 1);
  const second = claims.take([], 2);
  Object.assign(first ?? {}, { at: 30 });
  expect(second === null ? null : claims.confirm(second)).toBe(false);
  expect(first).toMatchObject({ end: 100 });
});

test('nothing is taken from a claim that has hardly anything left', () => {
  const claims = new Claims(100, MIN);
  Object.assign(claims.take([], 1) ?? {}, { at: 100 - 2 * MIN + 1 });
  expect(claims.take([], 2)).toBeNull();
});

/** Moves of connections: which one, and how many bytes it receives; 0: it breaks. */
const moves = fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 30 })), { maxLength: 200 });

test('[fail C7] whatever connections do, no byte is received twice, and in the end none is missing', () => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 1, max: 400 }), (script, bytes) => {
      const claims = new Claims(bytes, MIN);
      const open = new Map<number, Claim>();
      let written: RangeSet = [];
      let received = 0;
      const end = (id: number, claim: Claim): void => {
        claims.release(claim);
        open.delete(id);
      };
      const receive = (claim: Claim, step: number): void => {
        const range: Range = [claim.at, Math.max(claim.at, Math.min(claim.end, claim.at + step))];
        received += range[1] - range[0];
        claim.at = range[1];
        written = withRange(written, range);
      };
      const proceed = (id: number, claim: Claim, step: number): void => {
        const isOver = step === 0 || !claims.confirm(claim);
        if (!isOver) receive(claim, step);
        if (isOver || claim.at >= claim.end) end(id, claim);
      };
      const move = (id: number, step: number): void => {
        const known = open.get(id);
        const claim = known ?? claims.take(written, open.size + 1);
        if (claim !== null) open.set(id, claim);
        if (known !== undefined) proceed(id, known, step);
      };
      for (const [id, step] of script) move(id, step);
      for (let id = 0; gapsOf(written, bytes).length > 0; id = (id + 1) % 8) move(id, 7);
      expect(received).toBe(bytes);
    }),
  );
});
