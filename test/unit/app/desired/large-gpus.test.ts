import { describe, expect, it } from 'vitest';
import { gpuOf, inventoryOf, placeOn } from '../../../helpers/builders/place-box.ts';

const NEXT = 'ollama:llava-next:34b-v1.5-q4_K_M';
const MIB_OF_24 = 24_564;
const MIB_OF_32 = 32_607;
const MIB_OF_48 = 49_140;

describe('gpu-worker-large', () => {
  it.each([
    ['one 24 GB GPU', [MIB_OF_24], 'ollama'],
    ['one 32 GB GPU', [MIB_OF_32], '4bit'],
    ['one 48 GB GPU', [MIB_OF_48], 'fp16'],
    ['two 24 GB GPUs', [MIB_OF_24, MIB_OF_24], 'fp16'],
  ])('[req R20] [req R51] [req T11] on %s', async (_, sizes, variant) => {
    const inventory = inventoryOf(...sizes.map((mib, index) => gpuOf(index, mib)));
    const placed = await placeOn({ inventory, profiles: ['gpu-worker-large'], absent: [NEXT] });
    expect(placed.placed.variants.get('gpu-worker-large')).toBe(variant);
  });

  it('[req R20] needs more than a 16 GB GPU', async () => {
    const inventory = inventoryOf(gpuOf(0, 16_376));
    await expect(placeOn({ inventory, profiles: ['gpu-worker-large'] })).rejects.toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      message: expect.stringContaining('profile gpu-worker-large requires 22.4 GiB'),
    });
  });
});
