import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWrongPiece, pieceCount } from '../../../src/core/store/pieces.ts';

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
        const [start, end] = firstWrongPiece(size, { pieceBytes: 10, hashes }, found);
        expect(start <= wrong && wrong < end && end <= size && end - start <= 10).toBe(true);
      }),
    );
  });

  it('are wrong in the last one if the recorded hashes are right, but that of the file is not', () => {
    const hashes = ['a', 'b'];
    for (const [bytes, range] of [
      [25, [20, 25]],
      [20, [10, 20]],
    ] as const)
      expect(firstWrongPiece(bytes, { pieceBytes: 10, hashes }, hashes)).toEqual(range);
  });
});
