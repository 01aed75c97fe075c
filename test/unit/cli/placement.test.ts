import { describe, expect, it } from 'vitest';
import { explainPlacement, renderPlacement } from '../../../src/cli/render/placement.ts';
import { placementDocument } from '../../../src/cli/render/placement-document.ts';
import { gpuOf, inventoryOf, placeOn } from '../../helpers/builders/place-box.ts';
import { theme } from '../../helpers/cli/theme.ts';

const GIB = 2 ** 30;
const on8 = () => placeOn({ inventory: inventoryOf(gpuOf(0, 8_188), gpuOf(1, 4_096)) });

describe('the placement', () => {
  it('is one line per service in a plan', async () => {
    expect(renderPlacement(await on8(), theme())).toBe(
      ['GPUs', '  gpu-worker-ollama  GPU 0 Card 0  5.9 GiB'].join('\n'),
    );
    expect(renderPlacement(await placeOn({ inventory: null, profiles: ['cpu-worker'] }), theme())).toBeNull();
  });

  it('[case N05] says of each need that no header confirms that it is estimated from file sizes', async () => {
    const placed = await on8();
    const services = placed.placed.services.map((service) => ({
      ...service,
      need: service.need && ({ ...service.need, basis: 'size' } as const),
    }));
    const text = renderPlacement({ ...placed, placed: { ...placed.placed, services } }, theme());
    expect(text).toContain('5.9 GiB, estimated from file sizes');
  });

  it('is explained: memory needs, GPUs chosen and rejected, variants rejected', async () => {
    const text = explainPlacement(await on8(), theme());
    expect(text).toMatch(/SERVICE +VARIANT +GPU +NEEDS +WEIGHTS +KV +OVERHEAD +AVAILABLE/);
    expect(text).toMatch(/gpu-worker-ollama +ollama +GPU 0 +5\.9 GiB/);
    expect(text).toContain('  + GPU 0: needs 5.9 GiB of 7.5 GiB available; the only GPU it fits on');
    expect(text).toMatch(/ {2}- GPU 1 .+/);
    expect(text).toContain('  - gpu-worker as fp16: gpu-worker-vllm needs 16.0 GiB, but GPU 0 has 7.5 GiB');
    expect(text).toContain('  - gpu-worker as 4bit: ');
  });

  it('states that no service requests a GPU', async () => {
    const placed = await placeOn({ inventory: null, profiles: ['cpu-worker'] });
    expect(explainPlacement(placed, theme())).toBe('Placement\nNo service requests a GPU.');
  });

  it('is JSON with bytes, UUIDs and reasons', async () => {
    const { placements, variants, rejectedVariants } = placementDocument(await on8(), 'box1') as {
      placements: readonly { needBytes: number; breakdown: Record<string, unknown> }[];
      variants: unknown;
      rejectedVariants: unknown;
    };
    expect(variants).toEqual({ 'gpu-worker': 'ollama' });
    expect(rejectedVariants).toMatchObject([{ variant: 'fp16' }, { variant: '4bit' }]);
    expect(placements).toMatchObject([
      {
        service: 'gpu-worker-ollama',
        profile: 'gpu-worker',
        variant: 'ollama',
        host: 'box1',
        gpus: ['GPU-0'],
        promisedBytes: expect.any(Number),
        rejected: [{ gpu: 'GPU-1', why: expect.any(String) }],
      },
    ]);
    const [placement] = placements;
    expect(placement?.needBytes).toBeCloseTo(5.9 * GIB, -2);
    const { weights, kv, overhead } = placement!.breakdown as Record<string, number>;
    expect(weights! + kv! + overhead!).toBe(placement!.needBytes);
  });
});
