import { expect, test } from 'vitest';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';

test.each([
  'https://host.test/falcon.Q6_K.gguf-split-a',
  'https://host.test/m.gguf.part1of3',
  'https://host.test/m.gguf.part-a#as=m.gguf',
  'https://host.test/m.gguf.001',
  'https://host.test/m.gguf.aa',
])('[case F04] %s is a piece of a file that was cut: an error with this reason', (url) => {
  expect(() => parseModelRef(url)).toThrowError(
    expect.objectContaining({
      code: 'RMA_MODEL_REF_INVALID',
      exitCode: 2,
      message: expect.stringContaining('is a piece of a file that was cut'),
    }),
  );
});

test.each([
  'https://host.test/m.gguf',
  'https://host.test/m.part1.gguf',
  'https://host.test/m.v0.001',
  'https://host.test/m-00001-of-00002.gguf',
])('[case F04] %s is not', (url) => {
  expect(formatModelRef(parseModelRef(url))).toBe(url);
});
