import { describe, expect, it } from 'vitest';
import type { ModelGeometry } from '../../../src/core/domain/geometry.ts';
import { formatResolved, parseResolved } from '../../../src/core/source/resolved-file.ts';

const PLAIN: ModelGeometry = {
  architecture: 'llama',
  layers: 32,
  attentionHeads: 32,
  kvHeads: 8,
  keyLength: 128,
  valueLength: 128,
  contextLength: null,
  weightsBytes: 14_483_464_192,
};

function roundTrip(geometry: ModelGeometry): ModelGeometry | null | undefined {
  const resolved = { pinned: new Map(), geometry: new Map([['hf:a/b', geometry]]), missing: new Map() };
  return parseResolved(formatResolved(resolved), 'resolved.json').geometry.get('hf:a/b');
}

describe('the geometry in resolved.json', () => {
  it('is kept as it was read', () => {
    expect(roundTrip(PLAIN)).toEqual(PLAIN);
  });

  it('[case N04] keeps every kind of layer', () => {
    const mixed: ModelGeometry = {
      ...PLAIN,
      cache: [
        { kind: 'full', layers: 4, elements: 2048 },
        { kind: 'window', layers: 20, elements: 2048, window: 1024 },
        { kind: 'latent', layers: 4, elements: 576, expanded: 40_960 },
        { kind: 'state', layers: 4, bytes: 2_146_304 },
      ],
      sizes: { width: 4096, inside: null, vocabulary: 128_256 },
    };
    expect(roundTrip(mixed)).toEqual(mixed);
  });

  it('keeps that of an encoder, which has no cache', () => {
    expect(roundTrip({ ...PLAIN, cache: [] })?.cache).toEqual([]);
  });
});
