import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertSafePaths, clashingPaths, pathFault } from '../../../src/core/store/safe-path.ts';

test.each([
  '../x',
  'a/../../x',
  'a/..',
  './a',
  '/etc/passwd',
  '//server/share',
  '\\\\server\\share',
  'a\\..\\b',
  'C:/x',
  'c:x',
  'a//b',
  'a/',
  '',
  'a\u0000b',
  'a\nb',
  'a/\u007f',
  'x'.repeat(256),
  'é'.repeat(128),
  '__proto__',
  'a/__proto__/b',
  'a\ud800b',
  '\udc00',
])('[fail X1] %j is not a safe path', (path) => {
  expect(pathFault(path)).not.toBeNull();
});

test.each([
  'a',
  'a/b.txt',
  '..a/b..',
  '.gitattributes',
  'x'.repeat(255),
  'model-00001-of-00002.safetensors',
  'ü/ñ.bin',
  'constructor',
  'toString/hasOwnProperty',
  '😀.bin',
])('%j is a safe path', (path) => {
  expect(pathFault(path)).toBeNull();
});

test('[fail X1] a safe path stays inside its directory on POSIX and Windows', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('..', '.', 'a', '/', '\\', 'C:', '')).map((x) => x.join('')),
  );
  fc.assert(
    fc.property(text, (path) => {
      fc.pre(pathFault(path) === null);
      expect(posix.join('/srv/dir', path).startsWith('/srv/dir/')).toBe(true);
      expect(win32.resolve('D:\\root\\dir', path).startsWith('D:\\root\\dir\\')).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [['a', 'a'], 'conflicts with'],
  [['a', 'a/b'], 'a file and a directory have the same name'],
  [['ok', '../bad'], 'contains ".."'],
])('[fail X1] the list %j is rejected', (paths, reason) => {
  expect(() => assertSafePaths(paths, 'org/repo')).toThrowError(
    expect.objectContaining({
      code: 'RMA_CONTENT_UNSAFE_PATH',
      exitCode: 6,
      message: expect.stringContaining(reason),
    }),
  );
});

test('a list of ordinary paths is accepted', () => {
  expect(() => assertSafePaths(['a/b', 'a/c', 'b'], 'org/repo')).not.toThrow();
});

test.each([
  ['differ by case', ['README.md', 'readme.md'], [['README.md', 'readme.md']]],
  ['differ by the case of a directory', ['A/x', 'a/X', 'b'], [['A/x', 'a/X']]],
  ['differ by the form of Unicode', ['\u00e9.txt', 'e\u0301.txt'], [['\u00e9.txt', 'e\u0301.txt']]],
  ['are a file and a directory', ['Data', 'data/x'], [['Data', 'data/x']]],
  [
    'name devices of Windows',
    ['aux/x', 'nul.txt', 'sub/COM1', 'auxiliary'],
    [['aux/x'], ['nul.txt'], ['sub/COM1']],
  ],
])('[case F12] safe names that %s are left to the file system of the store', (_, paths, groups) => {
  expect(() => assertSafePaths(paths, 'org/repo')).not.toThrow();
  expect(clashingPaths(paths)).toEqual(groups);
});

test('[case F12] ordinary names clash on no file system', () => {
  expect(clashingPaths(['a/b', 'a/c', 'b', 'model.safetensors', 'null.txt'])).toEqual([]);
});
