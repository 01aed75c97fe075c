import { describe, expect, it } from 'vitest';
import { sharedLayers } from '../../../src/core/docker/image-layers.ts';

describe('the layers that an engine has of an image', () => {
  it.each([
    ['all of them', [['a', 'b', 'c', 'd']], 3],
    [
      'the lowest of another image',
      [
        ['a', 'x'],
        ['a', 'b', 'y'],
      ],
      2,
    ],
    ['none with another lowest one, whatever is above', [['x', 'b', 'c']], 0],
    ['none of no image', [], 0],
  ])('are %s', (_, images, count) => {
    expect(sharedLayers(['a', 'b', 'c'], images)).toBe(count);
  });
});
