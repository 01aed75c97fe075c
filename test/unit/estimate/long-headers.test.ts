import { expect, it } from 'vitest';
import { readSafetensorsHeader } from '../../../src/core/estimate/safetensors-header.ts';

/** A header of some length, as its file begins. */
function headerOf(bytes: number): Uint8Array {
  const start = Buffer.alloc(256 * 1024, ' ');
  start.writeBigUInt64LE(BigInt(bytes));
  start.write('{"a":', 8);
  return start;
}

it.each([9 * 2 ** 20, 100_000_000])(
  '[case F20] a safetensors header of %i bytes is read by its length alone',
  (bytes) => {
    const fileBytes = 8 + bytes + 5_000_000;
    expect(readSafetensorsHeader(headerOf(bytes), fileBytes)).toEqual({
      state: 'done',
      tensorBytes: 5_000_000,
      parameters: null,
    });
  },
);

it.each([
  ['over the limit of the format', 100_000_001, 2 ** 40],
  ['longer than its file', 9 * 2 ** 20, 2 ** 20],
])('[case F20] a safetensors header %s is broken', (_, bytes, fileBytes) => {
  expect(readSafetensorsHeader(headerOf(bytes), fileBytes)).toMatchObject({ state: 'broken' });
});
