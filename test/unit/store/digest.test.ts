import { expect, test } from 'vitest';
import { digestOf, EMPTY_SHA256, lfsPointerOid } from '../../../src/core/store/digest.ts';

test('computes the hashes of git, the hub and EasyOCR', () => {
  const hello = Buffer.from('hello\n');
  // git hash-object
  expect(digestOf('git-sha1', hello).hex).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  expect(digestOf('sha256', hello).hex).toBe(
    '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
  );
  // md5sum
  expect(digestOf('md5', hello).hex).toBe('b1946ac92492d2347c6235b4d2611184');
  expect(digestOf('sha256', new Uint8Array()).hex).toBe(EMPTY_SHA256);
});

test('computes the git id of an LFS file from its pointer', () => {
  // written with git-lfs pointer --file, hashed with git hash-object
  const sha = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha}\nsize 6\n`;
  expect(lfsPointerOid(sha, 6)).toBe(digestOf('git-sha1', Buffer.from(pointer)).hex);
});
