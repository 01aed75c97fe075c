import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const smallest = tinyGguf();

describe('the tiny GGUF', () => {
  it('starts with a GGUF version 3 header with 30 tensors', () => {
    const head = Buffer.from(smallest.subarray(0, 16));
    expect([head.toString('ascii', 0, 4), head.readUInt32LE(4), head.readBigUInt64LE(8)]).toEqual([
      'GGUF',
      3,
      30n,
    ]);
  });

  it('is about 1.5 MB and always identical', () => {
    expect(smallest.length).toBeGreaterThan(1_400_000);
    expect(smallest.length).toBeLessThan(1_700_000);
    expect(Buffer.from(tinyGguf()).equals(smallest)).toBe(true);
  });

  it('has other bytes of the same size for another seed', () => {
    const other = tinyGguf({ seed: 2 });
    expect(other.length).toBe(smallest.length);
    expect(Buffer.from(other).equals(smallest)).toBe(false);
  });

  it('has exactly the requested size', () => {
    fc.assert(
      fc.property(fc.integer({ min: smallest.length, max: smallest.length + 20_000 }), (bytes) => {
        expect(tinyGguf({ bytes }).length).toBe(bytes);
      }),
      { numRuns: 20 },
    );
  });

  it('rejects a size that is too small for a model', () => {
    expect(() => tinyGguf({ bytes: 1000 })).toThrow(RangeError);
  });
});
