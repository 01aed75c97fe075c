import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pieceCount, piecesIn, wrongPieces } from '../../../src/core/store/pieces.ts';

const NONE: ReadonlyMap<number, number> = new Map();

describe('the pieces of a file', () => {
  it.each([
    [0, 0],
    [9, 0],
    [10, 0],
    [11, 1],
    [20, 2],
    [29, 2],
  ])('of %i bytes, 10 each, are %i complete ones with a hash of their own', (bytes, count) => {
    expect(pieceCount(bytes, 10)).toBe(count);
  });

  it('[fail C4] contain the first wrong byte in the first wrong piece, which is never empty', () => {
    const bytes = fc.integer({ min: 11, max: 200 });
    fc.assert(
      fc.property(bytes, fc.nat(), (size, at) => {
        const wrong = at % size;
        const count = pieceCount(size, 10);
        const hashes = Array.from({ length: count }, (_, piece) => `right ${piece}`);
        const found = hashes.map((hash, piece) => (wrong < (piece + 1) * 10 ? 'wrong' : hash));
        const { first } = wrongPieces(size, { pieceBytes: 10, hashes }, { hashes: found, checksums: NONE });
        const [start, end] = first;
        expect(start <= wrong && wrong < end && end <= size && end - start <= 10).toBe(true);
      }),
    );
  });

  it('[fail C4] are all found by checksums, which are compared from the first wrong one on', () => {
    const wrongs = fc.uniqueArray(fc.nat(19), { minLength: 1 });
    fc.assert(
      fc.property(fc.integer({ min: 191, max: 200 }), wrongs, (size, wrong) => {
        const first = Math.min(...wrong);
        const numbers = Array.from({ length: piecesIn(size, 10) }, (_, piece) => piece);
        const hashes = numbers.slice(0, pieceCount(size, 10)).map((piece) => `right ${piece}`);
        const found = {
          hashes: hashes.map((hash, piece) => (piece < first ? hash : 'wrong')),
          checksums: new Map(
            numbers.slice(first + 1).map((piece) => [piece, wrong.includes(piece) ? -1 : piece]),
          ),
        };
        const recorded = { pieceBytes: 10, hashes, checksums: numbers };
        const { all } = wrongPieces(size, recorded, found);
        const isWrong = (piece: number) => all?.some(([from, to]) => from <= piece * 10 && piece * 10 < to);
        expect(numbers.filter(isWrong)).toEqual([...wrong].sort((a, b) => a - b));
        expect(all?.at(-1)?.[1]).toBeLessThanOrEqual(size);
        const unknown = wrongPieces(size, { pieceBytes: 10, hashes }, found);
        expect(unknown.all === null).toBe(first < numbers.length - 1);
      }),
    );
  });

  it('are wrong in the last one if the recorded hashes are right, but that of the file is not', () => {
    const hashes = ['a', 'b'];
    for (const [bytes, range] of [
      [25, [20, 25]],
      [20, [10, 20]],
    ] as const)
      expect(wrongPieces(bytes, { pieceBytes: 10, hashes }, { hashes, checksums: NONE })).toEqual({
        first: range,
        all: [range],
      });
  });
});
