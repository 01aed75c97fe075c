import { describe, expect, it } from 'vitest';
import { chooseImages, variantImages } from '../../../src/core/bundle/service-images.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

describe('the images that profiles may run', () => {
  it('are those for the CPU or for GPUs, of all variants', async () => {
    const catalog = await shippedCatalog();
    const settings = { images: {}, variants: {} };
    const cpu = variantImages(catalog, ['cpu-worker'], settings);
    expect(cpu.map(({ services }) => services)).toEqual([
      [[expect.stringMatching(/llama\.cpp:server-b\d+$/)]],
      [[expect.stringMatching(/^ollama\/ollama:/)]],
    ]);
    const [embedding] = variantImages(catalog, ['embedding'], settings);
    expect(embedding?.services[0]?.length).toBeGreaterThan(2);
  });

  it('are the image and the variant of the user', async () => {
    const catalog = await shippedCatalog();
    const images = { llamacpp: 'registry.example/llama:1' };
    const settings = { images, variants: { 'cpu-worker': 'llamacpp' } };
    expect(variantImages(catalog, ['cpu-worker'], settings)).toEqual([
      { profile: 'cpu-worker', services: [['registry.example/llama:1']] },
    ]);
  });
});

describe('the images of an export', () => {
  const variants = [
    { profile: 'a', services: [['x:1', 'x:2'], ['y:1']] },
    { profile: 'a', services: [['z:1']] },
    { profile: 'b', services: [['y:1']] },
  ];

  it.each([
    [['x:2', 'y:1'], { present: ['x:2', 'y:1'], missing: ['x:1', 'z:1'], unrunnable: [], required: [] }],
    [
      ['x:1'],
      { present: ['x:1'], missing: ['x:2', 'y:1', 'z:1'], unrunnable: ['a', 'b'], required: ['y:1'] },
    ],
    [['z:1'], { present: ['z:1'], missing: ['x:1', 'x:2', 'y:1'], unrunnable: ['b'], required: ['y:1'] }],
  ])('of %j suffice for a profile if a variant has one for each service', (present, expected) => {
    expect(chooseImages(variants, new Set(present))).toEqual(expected);
  });
});
