import { expect, it } from 'vitest';
import { nearest } from '../../../src/core/nearest.ts';

it.each([
  ['serivces', 'services'],
  ['cpu-worke', 'cpu-worker'],
  ['CPU-Worker', 'cpu-worker'],
  ['port', 'ports'],
  ['zebra', null],
  ['x', null],
  ['prots', 'ports'],
  ['pXoYs', null],
])('suggests for %s: %s', (word, expected) => {
  expect(nearest(word, ['services', 'cpu-worker', 'ports', 'description'])).toBe(expected);
});
