import { describe, expect, it } from 'vitest';
import type { ModelGeometry } from '../../../src/core/domain/geometry.ts';
import { placementProfiles } from '../../../src/core/placement/placement-profiles.ts';
import { inventoryOf } from '../../helpers/builders/place-box.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const geometry: ModelGeometry = {
  architecture: 'llama',
  layers: 32,
  attentionHeads: 24,
  kvHeads: 8,
  keyLength: 128,
  valueLength: 128,
  contextLength: 4096,
  weightsBytes: 1000,
};
const engines = [
  engineOf('vllm', { gpu: 'required', parallelCommand: ['--tensor-parallel-size', '{gpus}'] }),
  engineOf('llm', { gpu: 'optional' }),
];

/** Returns the heads that the GPUs of a service with this engine and these models must divide. */
function headsOf(engine: string, ...models: readonly string[]) {
  const catalog = catalogOf({ chat: [profileServiceOf({ engine, models, gpus: 2 })] }, engines);
  const refs = [...catalog.served.values()].map(({ ref }) => ref);
  const [profile] = placementProfiles({
    catalog,
    profiles: ['chat'],
    chosen: new Map(),
    names: {},
    gpu: { minBytes: null, pins: {} },
    requested: {},
    inventory: inventoryOf(),
    resolved: { pinned: new Map(), geometry: new Map(refs.map((ref) => [ref, geometry])) },
    running: { services: new Map(), variants: new Map() },
    fixed: new Set(),
  });
  const [service] = profile?.variants[0]?.services ?? [];
  return [service?.attentionHeads, service?.kvHeads];
}

describe('placementProfiles', () => {
  it('returns the attention heads of a model that an engine splits across GPUs by heads', () => {
    expect(headsOf('vllm', 'small')).toEqual([24, 8]);
  });

  it.each([
    ['an engine that splits models by layers', 'llm', ['small']],
    ['a service with several models', 'vllm', ['small', 'big']],
  ])('returns no heads for %s', (_, engine, models) => {
    expect(headsOf(engine, ...models)).toEqual([null, null]);
  });
});
