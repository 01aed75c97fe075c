import { expect, test } from 'vitest';
import { listedHash, ownHash } from '../../../src/core/hub/sidecar-hash.ts';

const HEX = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

test.each([
  ['sha256sum', `${HEX}  m.gguf\n`],
  ['sha256sum of a binary file', `${HEX} *m.gguf\n`],
  ['sha256sum in another directory', `${HEX}  ./dist/m.gguf\n`],
  ['sha256sum of an escaped name', `\\${HEX}  m.gguf\n`],
  ['sha256sum --tag', `SHA256 (m.gguf) = ${HEX}\n`],
  ['openssl 3', `SHA2-256(m.gguf)= ${HEX}\n`],
  [
    'Get-FileHash',
    `\r\nAlgorithm  Hash  Path\r\n---------  ----  ----\r\nSHA256  ${HEX.toUpperCase()}  C:\\models\\m.gguf\r\n`,
  ],
  ['a digest', `sha256:${HEX}  m.gguf`],
  ['a name before its hash', `m.gguf: ${HEX}\n`],
  ['a byte order mark and comments', `\uFEFF# hashes\n${HEX}  m.gguf`],
])('the line of %s is read', (_, text) => {
  expect(listedHash(`${text}\n${OTHER}  other.gguf\n`, 'm.gguf')).toBe(HEX);
  expect(ownHash(text, 'm.gguf')).toBe(HEX);
});

test.each([
  ['a hash alone', HEX],
  ['the hash of a file that was renamed since', `${HEX}  old.gguf`],
  ['several hashes with names', `${OTHER}  a.gguf\n${HEX}  m.gguf`],
])('FILE.sha256 may contain %s', (_, text) => {
  expect(ownHash(text, 'm.gguf')).toBe(HEX);
});

test.each([
  ['an empty file', ''],
  ['a web page', `<!doctype html><p>${HEX}</p>`],
  ['other hashes', `${'ab'.repeat(16)}  m.gguf\n${'ab'.repeat(64)}  m.gguf`],
  ['two hashes for the name', `${HEX}  a/m.gguf\n${OTHER}  b/m.gguf`],
  ['several hashes without names', `${HEX}\n${OTHER}`],
  ['hashes of other files', `${HEX}  a.gguf\n${OTHER}  b.gguf`],
])('%s has no hash for the file', (_, text) => {
  expect([listedHash(text, 'm.gguf'), ownHash(text, 'm.gguf')]).toEqual([null, null]);
});
