import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, gitBlobIdOf, patternContent, sha256Of, withFlippedByte } from '../../hub/content.ts';

const SIZE = 200_000;

describe('content', () => {
  it('has the id that git computes', () => {
    // printf 'hello\n' | git hash-object --stdin
    expect(gitBlobIdOf(contentOf('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  });

  it('has the sha256 of all its chunks', () => {
    const content = patternContent(2_500_000);
    const expected = createHash('sha256').update(content.read(0, 2_500_000)).digest('hex');
    expect(sha256Of(content)).toBe(expected);
  });

  it('of a pattern is the same whether read in one part or two', () => {
    const content = patternContent(SIZE, 7);
    const all = Buffer.from(content.read(0, SIZE));
    fc.assert(
      fc.property(fc.nat(SIZE), fc.nat(SIZE), (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(Buffer.from(content.read(start, end)).equals(all.subarray(start, end))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('with a flipped byte differs in that byte only, however it is read', () => {
    const content = withFlippedByte(contentOf(Buffer.alloc(100)), 42);
    const differing = [content.read(0, 40), content.read(40, 100)].flatMap((part, index) =>
      [...part].flatMap((byte, at) => (byte === 0 ? [] : [at + index * 40])),
    );
    expect(differing).toEqual([42]);
  });
});
