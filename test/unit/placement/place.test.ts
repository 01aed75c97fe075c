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

describe('place', () => {
  it('[req R51] chooses the best variant that fits, with the reason for skipping better ones', () => {
    const box = [device(0, 8, { availableBytes: 7.6 * GIB, foreignBytes: 0.4 * GIB })];
    const worker = profile('gpu-worker', [
      [service('gpu-worker-vllm', 16.9)],
      [service('gpu-worker-ollama', 5)],
    ]);
    const placed = ok(place(box, [worker]));
    expect([...placed.variants]).toEqual([['gpu-worker', 'second']]);
    expect(placed.refusedVariants).toEqual([
      {
        profile: 'gpu-worker',
        variant: 'best',
        why: 'gpu-worker-vllm needs 16.9 GiB, but GPU 0 has 7.6 GiB available (410 MiB used by other processes)',
      },
    ]);
  });

  it('reports the profiles that prevent a better variant', () => {
    const first = profile('a', [[service('a-1', 14)]]);
    const second = profile('b', [[service('b-1', 14)], [service('b-2', 8)]]);
    expect(ok(place([device(0, 24)], [first, second])).refusedVariants).toEqual([
      { profile: 'b', variant: 'best', why: 'does not fit alongside a' },
    ]);
  });

  it('keeps a running variant even if a better one would fit, and suggests how to change it', () => {
    const running = profile('a', [[service('a-1', 14)], [service('a-2', 5, { current: ['GPU-0'] })]], {
      current: 'second',
    });
    const placed = ok(place([device(0, 24)], [running]));
    expect([...placed.variants]).toEqual([['a', 'second']]);
    expect(placed.refusedVariants).toEqual([
      {
        profile: 'a',
        variant: 'best',
        why: 'second is already running and still fits; to switch: --variant a=best',
      },
    ]);
  });

  it('[req R24] explains why each GPU was chosen or rejected', () => {
    const box = [
      device(0, 24),
      device(1, 8),
      device(2, 24, { unusable: 'is lost' }),
      device(3, 16, { availableBytes: 4 * GIB, othersBytes: 12 * GIB }),
      device(4, 48),
    ];
    const wish = profile('a', [[service('a-1', 10)]], { minGpuBytes: 12 * GIB });
    expect(ok(place(box, [wish])).reasons).toEqual([
      {
        service: 'a-1',
        profile: 'a',
        variant: 'best',
        taken: 'GPU 0: needs 10.0 GiB of 24.0 GiB available; tightest fit',
        refused: [
          { uuid: 'GPU-1', why: 'has 8.0 GiB in total, but profile a requires 12.0 GiB' },
          { uuid: 'GPU-2', why: 'is lost' },
          {
            uuid: 'GPU-3',
            why: 'has 4.0 GiB available (12.0 GiB reserved by other projects), 10.0 GiB needed',
          },
          { uuid: 'GPU-4', why: 'also fits (48.0 GiB available); not chosen: GPU 0 is a tighter fit' },
        ],
      },
    ]);
  });

  it('prefers a GPU without foreign processes to a tighter fit', () => {
    const box = [device(0, 24, { availableBytes: 20 * GIB, foreignBytes: 4 * GIB }), device(1, 24)];
    const placed = ok(place(box, [profile('a', [[service('a-1', 10)]])]));
    expect(placed.services[0]?.devices.map(({ index }) => index)).toEqual([1]);
    expect(placed.reasons[0]?.refused[0]?.why).toBe(
      'also fits (20.0 GiB available); not chosen: other processes use 4.0 GiB of it',
    );
  });

  it.each([
    ['is used exclusively by another service', service('b-1', 2, {}), 'is used exclusively by a-1'],
    ['two exclusive services need', service('b-1', 2, { exclusive: true }), 'is used exclusively by a-1'],
  ])('rejects a GPU that %s', (_, second, why) => {
    const box = [device(0, 24), device(1, 24)];
    const first = service('a-1', 10, { exclusive: true });
    const placed = ok(place(box, [profile('a', [[first]]), profile('b', [[second]])]));
    expect(placed.reasons.find(({ service: name }) => name === 'b-1')?.refused[0]?.why).toBe(why);
  });

  it('keeps an exclusive service off GPUs of other projects', () => {
    const box = [device(0, 24, { othersBytes: GIB, availableBytes: 23 * GIB }), device(1, 48)];
    const placed = ok(place(box, [profile('a', [[service('a-1', 10, { exclusive: true })]])]));
    expect(placed.reasons[0]?.refused[0]?.why).toBe(
      'is shared with other projects (1.0 GiB), but the service needs exclusive GPUs',
    );
  });

  it('[req R23] combines equal whole GPUs, splitting weights and cache but not the overhead', () => {
    const box = [device(0, 24), device(1, 80), device(2, 80)];
    const big = service('vllm', 0, {
      gpus: 2,
      need: need(100, { kvBytes: 10 * GIB, overheadBytes: 2 * GIB }),
      attentionHeads: 32,
    });
    const placed = ok(place(box, [profile('vllm', [[big]])]));
    expect(placed.services[0]).toMatchObject({
      devices: [{ index: 1 }, { index: 2 }],
      bytesPerGpu: 57 * GIB,
      kvBytesPerGpu: 5 * GIB,
    });
  });

  it('does not combine MIG devices', () => {
    const slices = [0, 1].map((at) => device(0, 10, { uuid: `MIG-${at}`, kind: 'mig' }));
    const parent = device(0, 80, { unusable: 'is in MIG mode; its MIG devices are used instead' });
    const two = service('a-2', 6, { gpus: 2 });
    const singles = [service('a-1', 6), service('b-1', 6)];
    const placed = ok(place([parent, ...slices], [profile('a', [[two], singles])]));
    expect(placed.services.map(({ devices }) => devices.map(({ uuid }) => uuid))).toEqual([
      ['MIG-0'],
      ['MIG-1'],
    ]);
  });

  it('uses every allowed GPU for `all`', () => {
    const box = [device(0, 24), device(1, 24), device(2, 24)];
    const wish = service('a-1', 30, { gpus: 'all', allowed: ['GPU-0', 'GPU-2'] });
    const placed = ok(place(box, [profile('a', [[wish]])]));
    expect(placed.services[0]?.devices.map(({ index }) => index)).toEqual([0, 2]);
    expect(placed.reasons[0]?.taken).toMatch(/requests all GPUs$/);
  });

  it('reserves the memory that a running service uses beyond its need', () => {
    const running = profile('a', [[service('a-1', 10, { current: ['GPU-0'], measuredBytes: 14 * GIB })]], {
      current: 'best',
    });
    const box = [device(0, 24), device(1, 48)];
    const placed = ok(place(box, [running, profile('b', [[service('b-1', 12)]])]));
    expect(placed.services.map(({ devices }) => devices[0]?.index)).toEqual([0, 1]);
    expect(placed.services[0]?.bytesPerGpu).toBe(10 * GIB);
  });

  it('moves a running service if a new one does not fit otherwise', () => {
    const small = service('a-1', 10, { current: ['GPU-1'] });
    const running = profile('a', [[small]], { current: 'best' });
    const box = [device(0, 24), device(1, 48)];
    const placed = ok(place(box, [running, profile('b', [[service('b-1', 40)]])]));
    expect(placed.services.map(({ devices }) => devices[0]?.index)).toEqual([0, 1]);
  });

  it('moves only one of two running services if that is enough', () => {
    const a = profile('a', [[service('a-1', 10, { current: ['GPU-0'] })]], { current: 'best' });
    const b = profile('b', [[service('b-1', 12, { current: ['GPU-1'] })]], { current: 'best' });
    const box = [device(0, 16), device(1, 48), device(2, 24)];
    const placed = ok(place(box, [a, b, profile('c', [[service('c-1', 40)]])]));
    expect(placed.services.map(({ devices }) => devices[0]?.index)).toEqual([0, 2, 1]);
  });

  it('places a service of two profiles once', () => {
    const shared = service('embed', 10);
    const box = [device(0, 16)];
    const placed = ok(place(box, [profile('a', [[shared]]), profile('b', [[shared]])]));
    expect(placed.services).toHaveLength(1);
  });

  it('applies the minimum of the first profile to a shared service', () => {
    const shared = service('embed', 5);
    const large = profile('a', [[shared], [service('a-1', 2)]], { minGpuBytes: 10 * GIB });
    const small = profile('b', [[shared]]);
    const given = [device(0, 8), device(1, 24)];
    expect(ok(place(given, [large, small])).services).toMatchObject([{ devices: [{ index: 1 }] }]);
    expect(ok(place([device(0, 8)], [small, large])).services).toMatchObject([{ devices: [{ index: 0 }] }]);
    expect(refused(place([device(0, 8)], [large, small])).profile).toBe('a');
  });

  it('[req R20] warns below the recommended size', () => {
    const wish = profile('a', [[service('a-1', 5)]], { recommendedGpuBytes: 12 * GIB });
    expect(ok(place([device(0, 8)], [wish])).notes).toEqual([
      'GPU 0 has 8.0 GiB; profile a recommends 12.0 GiB',
    ]);
  });

  it('[req R25] computes the memory share of vLLM from its reservation', () => {
    const shared = ok(place([device(0, 24)], [profile('a', [[service('a-1', 17.1)]])])).services[0];
    const alone = service('a-1', 17.1, { exclusive: true });
    const whole = ok(place([device(0, 24)], [profile('a', [[alone]])])).services[0];
    const crowded = device(0, 24, { availableBytes: 20 * GIB });
    const squeezed = ok(place([crowded], [profile('a', [[alone]])])).services[0];
    expect([shared, whole, squeezed].map((each) => each && shareOf(each))).toEqual([0.71, 0.9, 0.72]);
    const devices = shared?.devices ?? [];
    expect(shareOf({ bytesPerGpu: 24 * GIB, devices, exclusive: false })).toBe(0.95);
    expect(shareOf({ bytesPerGpu: GIB / 100, devices, exclusive: false })).toBe(0.01);
    expect(shareOf({ bytesPerGpu: 0, devices: [], exclusive: false })).toBeNull();
  });

  it('never gives vLLM a share that its neighbors leave no space for', () => {
    const box = device(0, 80, { availableBytes: 79 * GIB });
    const { services } = ok(place([box], [profile('v', [[service('v-1', 39.3), service('v-2', 39.6)]])]));
    for (const each of services) {
      const others = services.filter((other) => other !== each);
      const left = box.availableBytes - others.reduce((sum, { bytesPerGpu }) => sum + bytesPerGpu, 0);
      expect((shareOf(each) ?? 1) * box.totalBytes).toBeLessThanOrEqual(left);
    }
    expect(services).toHaveLength(2);
  });
});

describe('a large host', () => {
  it('is solved exactly: 16 GPUs filled to 95 % by 65 services', () => {
    const box = Array.from({ length: 16 }, (_, at) => device(at, 80));
    const sizes = Array.from({ length: 65 }, (_, at) => 9 + ((at * 37) % 20) * 1.02);
    const wish = sizes.map((gib, at) => profile(`p${at}`, [[service(`s${at}`, gib)]]));
    const placed = ok(place(box, wish));
    expect(placed.services).toHaveLength(65);
    expect(placed.notes).toEqual([]);
  });
});
