import { expect, test } from 'vitest';
import { readIgnoreFile } from '../../../src/core/docker/ignore-file.ts';

// Expected results of `docker build` 28.5 with each file, apart from the Dockerfile and the file itself.
test.each([
  [
    '*.md\n!README*.md\nREADME-secret.md',
    ['README.md', 'README-a.md', 'a/b.md'],
    ['b.md', 'README-secret.md'],
  ],
  ['.env\nsub', ['a/.env', 'subs/x'], ['.env', 'sub/b', 'sub/deep/c']],
  ['**/*.key', ['key', 'a.keys'], ['a.key', 'a/b/c.key', 'x.key/inside']],
  ['**/node_modules', ['node_modules.md'], ['node_modules/a', 'a/node_modules/b/c']],
  ['a/**/z', ['z', 'b/a/z'], ['a/z', 'a/b/c/z', 'a/z/y']],
  ['/data/../temp?\n', ['temp', 'temp12', 'data/a'], ['temp1', 'tempa/x']],
  ['*\n!src/**\n', ['src/a', 'src/b/c', 'Dockerfile', '.dockerignore'], ['a', 'srcs']],
  ['# comment\n\n  sp ace  \n\\#hash\n', ['# comment', 'comment'], ['sp ace', '#hash']],
  ['file[0-9]\nx[^a]\n', ['filea', 'xa'], ['file3', 'xb']],
  ['a+b(c).txt\n.\n', ['aab(c)xtxt', 'aabc.txt'], ['a+b(c).txt']],
  ['**\n', [], ['a', 'a/b']],
  ['', ['a', 'a/b'], []],
])('%j', (text, sent, excluded) => {
  const isExcluded = readIgnoreFile(text);
  expect(sent.filter(isExcluded)).toEqual([]);
  expect(excluded.filter((path) => !isExcluded(path))).toEqual([]);
});
