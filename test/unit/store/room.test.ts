import { expect, it } from 'vitest';
import { fits } from '../../../src/core/store/room.ts';

const MIB = 2 ** 20;

it('a download fits if 64 MiB of the store stay free', () => {
  expect(fits(100 * MIB, 164 * MIB)).toBe(true);
  expect(fits(100 * MIB, 164 * MIB - 1)).toBe(false);
});

it('nothing to download always fits', () => {
  expect(fits(0, 0)).toBe(true);
});
