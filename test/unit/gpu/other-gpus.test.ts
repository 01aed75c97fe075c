import { describe, expect, it } from 'vitest';
import type { GpuInventory } from '../../../src/core/domain/gpu.ts';
import type { PciGpu } from '../../../src/core/domain/host-facts.ts';
import { withOtherGpus } from '../../../src/core/gpu/other-gpus.ts';

const NONE: GpuInventory = {
  driverVersion: null,
  cudaVersion: null,
  gpus: [],
  absence: { code: 'RMA_GPU_NO_PROGRAM', message: 'nvidia-smi not found', hint: 'install the driver' },
  warnings: [],
};
const gpu = (vendor: PciGpu['vendor'], address = '0000:03:00.0'): PciGpu => ({ vendor, address });

describe('withOtherGpus', () => {
  it.each([
    [[gpu('amd')], 'detected an AMD GPU; only NVIDIA GPUs are supported'],
    [[gpu('intel'), gpu('nvidia')], 'detected an Intel GPU; only NVIDIA GPUs are supported'],
    [
      [gpu('amd'), gpu('intel'), gpu('amd', '0000:83:00.0')],
      'detected 2 AMD GPUs and an Intel GPU; only NVIDIA GPUs are supported',
    ],
  ])('reports GPUs of other vendors if none is usable: %#', (gpus, text) => {
    expect(withOtherGpus(NONE, gpus).absence).toEqual({
      code: 'RMA_GPU_NO_PROGRAM',
      message: `nvidia-smi not found; ${text}`,
      hint: 'install the driver',
    });
  });

  it('changes nothing without such a GPU', () => {
    expect(withOtherGpus(NONE, [gpu('nvidia')])).toBe(NONE);
  });

  it('changes nothing if NVIDIA GPUs are usable', () => {
    const usable = { ...NONE, absence: null };
    expect(withOtherGpus(usable, [gpu('intel')])).toBe(usable);
  });
});
