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

it.each([
  ['llava', 'llava-7b'],
  ['qwen2.5-0.5b', 'qwen2.5-0.5b-instruct'],
  ['QWEN2.5-0.5B', 'qwen2.5-0.5b-instruct'],
  ['lla', null],
])('suggests the shortest word that begins with %s: %s', (word, expected) => {
  const known = ['llava-13b-long', 'llava-7b', 'qwen2.5-7b', 'qwen2.5-0.5b-instruct'];
  expect(nearest(word, known)).toBe(expected);
});
