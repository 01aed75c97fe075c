import { describe, expect, it } from 'vitest';
import { shareOf } from '../../../src/core/fleet/placeholders.ts';
import { place } from '../../../src/core/placement/place.ts';
import {
  device,
  GIB,
  need,
  ok,
  profile,
  refused,
  service,
} from '../../helpers/builders/placement-builders.ts';

const vllm = (utilization: number | null, change = {}) =>
  service('vllm-vllm', 0, {
    utilization,
    need: need(14, { kvBytes: GIB, overheadBytes: 2 * GIB }),
    ...change,
  });

describe('a service with a utilization', () => {
  it('[req R25] reserves this share of the GPU; what its weights do not need is cache', () => {
    const [placed] = ok(place([device(0, 24)], [profile('vllm', [[vllm(0.9)]])])).services;
    expect(placed).toMatchObject({ bytesPerGpu: Math.ceil(0.9 * 24 * GIB) });
    expect(placed?.kvBytesPerGpu).toBe(Math.ceil(0.9 * 24 * GIB) - 16 * GIB);
    expect(placed && shareOf(placed)).toBe(0.9);
  });

  it.each([0.05, 0.07, 0.29, 0.57, 0.58, 0.7, 0.9, 0.95])('[req R25] is passed to vLLM as %d', (share) => {
    for (const totalBytes of [8_585_740_288, 25_757_220_864, 85_899_345_920, 8 * GIB]) {
      const bytesPerGpu = Math.ceil(share * totalBytes);
      const devices = [{ ...device(0, 1), totalBytes }];
      expect(shareOf({ bytesPerGpu, devices, exclusive: false })).toBe(share);
      expect(shareOf({ bytesPerGpu, devices, exclusive: true })).toBe(share);
    }
  });

  it('[req R25] leaves the rest of the GPU to others, and no more', () => {
    const beside = (gib: number) =>
      place([device(0, 24)], [profile('vllm', [[vllm(0.8)]]), profile('ocr', [[service('ocr', gib)]])]);
    expect(ok(beside(4)).services).toHaveLength(2);
    expect(refused(beside(5)).message).toBe(
      'profile ocr does not fit: ocr needs 5.0 GiB, but GPU 0 has 4.8 GiB available after vllm-vllm, 5.0 GiB needed; 205 MiB short',
    );
  });

  it('[req R25] two services on one GPU never reserve more than it has', () => {
    const two = [
      profile('a', [[service('a', 4, { utilization: 0.5 })]]),
      profile('b', [[service('b', 4, { utilization: 0.6 })]]),
    ];
    const { message, hint } = refused(place([device(0, 24)], two));
    expect(message).toBe(
      'profile b does not fit: b needs 0.6 of a GPU, but GPU 0 has 12.0 GiB available after a, 14.4 GiB needed; 2458 MiB short',
    );
    expect(hint).toContain('remove `utilization` of b');
    expect(
      ok(place([device(0, 24), device(1, 16)], two)).services.map(({ bytesPerGpu }) => bytesPerGpu),
    ).toEqual([Math.ceil(0.5 * 24 * GIB), Math.ceil(0.6 * 16 * GIB)]);
  });

  it('is rejected where the share is less than its models need', () => {
    expect(refused(place([device(0, 24)], [profile('vllm', [[vllm(0.5)]])]))).toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      message:
        'profile vllm does not fit: vllm-vllm: needs 17.0 GiB, but its utilization of 0.5 is 12.0 GiB of GPU 0',
      hint: expect.stringContaining('remove `utilization` of vllm-vllm'),
    });
  });

  it('runs on the GPU whose share is large enough', () => {
    const [placed] = ok(place([device(0, 24), device(1, 48)], [profile('vllm', [[vllm(0.5)]])])).services;
    expect(placed?.devices.map(({ index }) => index)).toEqual([1]);
    expect(placed?.bytesPerGpu).toBe(24 * GIB);
  });

  it('[req R23] reserves the share on each of several GPUs', () => {
    const [placed] = ok(
      place([device(0, 16), device(1, 16)], [profile('vllm', [[vllm(0.9, { gpus: 'all' })]])]),
    ).services;
    expect(placed).toMatchObject({ bytesPerGpu: Math.ceil(0.9 * 16 * GIB) });
    expect(placed?.devices).toHaveLength(2);
  });

  it('replaces the usual share of an exclusive service', () => {
    const [placed] = ok(
      place([device(0, 24)], [profile('vllm', [[vllm(0.75, { exclusive: true })]])]),
    ).services;
    expect(placed?.bytesPerGpu).toBe(18 * GIB);
  });

  it('stays where it runs', () => {
    const running = profile('vllm', [[vllm(0.6, { current: ['GPU-1'], measuredBytes: 30 * GIB })]], {
      current: 'best',
    });
    const [placed] = ok(place([device(0, 48), device(1, 48)], [running])).services;
    expect(placed?.devices.map(({ index }) => index)).toEqual([1]);
  });
});
