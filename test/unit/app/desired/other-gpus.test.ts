import { describe, expect, it } from 'vitest';
import { inventoryOf, placeOn } from '../../../helpers/builders/place-box.ts';

describe('placeServices', () => {
  it('[req R28] reports GPUs of other vendors on a host without a usable GPU', async () => {
    const absence = {
      code: 'RMA_GPU_NO_PROGRAM',
      message: 'nvidia-smi not found',
      hint: 'install the driver',
    } as const;
    const inventory = { ...inventoryOf(), absence };
    const pciGpus = [{ vendor: 'amd', address: '0000:03:00.0' }] as const;
    await expect(placeOn({ inventory, pciGpus })).rejects.toMatchObject({
      code: 'RMA_GPU_NONE',
      message: expect.stringMatching(
        /nvidia-smi not found; detected an AMD GPU; only NVIDIA GPUs are supported$/,
      ),
    });
  });
});
