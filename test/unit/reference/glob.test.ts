import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchGlob } from '../../../src/core/reference/glob.ts';

// expected values come from Python's fnmatch.fnmatchcase, which the hub's own tools use
test.each([
  ['*.gguf', 'model.gguf', true],
  ['*.gguf', 'sub/model.gguf', true],
  ['*.gguf', 'model.GGUF', false],
  ['**/x', 'a/b/x', true],
  ['**/x', 'x', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[abc]x', 'bx', true],
  ['[!abc]x', 'bx', false],
  ['[!abc]x', 'dx', true],
  ['[a-c]x', 'cx', true],
  ['[a-c]x', '-x', false],
  ['[]]x', ']x', true],
  ['[!]]x', ']x', false],
  ['[abc', '[abc', true],
  ['a-0000[1-2]-of-*', 'a-00002-of-00002.gguf', true],
  ['sub/', 'sub/a/b', true],
  ['sub/', 'sub2/a', false],
  ['', '', true],
  ['*', '', true],
  ['a.b', 'axb', false],
  ['(a|b)', 'a', false],
])('matches pattern %j against %j: %j', (pattern, path, expected) => {
  expect(matchGlob(pattern, path)).toBe(expected);
});

test('a path without special characters matches only itself', () => {
  const plain = fc.stringMatching(/^[a-z0-9./_-]{1,20}$/).filter((text) => !text.endsWith('/'));
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(matchGlob(a, b)).toBe(a === b);
    }),
  );
});

test('a path with any part replaced by * still matches', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z/.]{1,30}$/), fc.nat(30), fc.nat(30), (path, x, y) => {
      const [from, to] = [Math.min(x, y, path.length), Math.min(Math.max(x, y), path.length)];
      expect(matchGlob(`${path.slice(0, from)}*${path.slice(to)}`, path)).toBe(true);
    }),
  );
});

test('a pattern with many stars terminates on a long name', () => {
  expect(matchGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
});
