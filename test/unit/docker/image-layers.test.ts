import { describe, expect, it } from 'vitest';
import { lowestLayers, parseArchiveManifest, sharedLayers } from '../../../src/core/docker/image-layers.ts';

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

describe('an archive of an image', () => {
  it('with several images, or none, cannot be read', () => {
    const entry = { Config: 'c.json', Layers: ['a'] };
    expect(parseArchiveManifest(JSON.stringify([entry]))).toMatchObject({ ok: true });
    expect(parseArchiveManifest(JSON.stringify([entry, entry])).ok).toBe(false);
    expect(parseArchiveManifest('[]').ok).toBe(false);
    expect(parseArchiveManifest('').ok).toBe(false);
  });

  it('has a configuration that can be cut down to its lowest layers', () => {
    const whole = {
      architecture: 'amd64',
      os: 'linux',
      history: [{}, {}],
      rootfs: { type: 'layers', diff_ids: ['a', 'b'] },
    };
    expect(JSON.parse(lowestLayers(JSON.stringify(whole), 1) ?? '')).toEqual({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: ['a'] },
    });
    expect(lowestLayers('{}', 1)).toBeNull();
  });
});
