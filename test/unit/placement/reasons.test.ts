import { describe, expect, it } from 'vitest';
import type { PlacementDevice, PlacementProfile } from '../../../src/core/domain/placement.ts';
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

/** Returns the reasons for the last service, with rejected devices by UUID. */
function reasonsOf(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): Readonly<Record<string, string>> {
  const { taken, refused: others } = ok(place(devices, profiles)).reasons.at(-1)!;
  return { taken, ...Object.fromEntries(others.map(({ uuid, why }) => [uuid, why])) };
}

const two = (gib: number, change: Parameters<typeof service>[2] = {}) =>
  service('vllm', gib, { gpus: 2, need: need(gib), ...change });

describe('the reason why a device was chosen', () => {
  it.each([
    [
      'the only one',
      [device(0, 24), device(1, 8)],
      service('a', 10),
      'needs 10.0 GiB of 24.0 GiB available; the only GPU it fits on',
    ],
    [
      'the tightest fit',
      [device(0, 24), device(1, 48)],
      service('a', 10),
      'needs 10.0 GiB of 24.0 GiB available; tightest fit',
    ],
    [
      'exclusive',
      [device(0, 24), device(1, 48)],
      service('a', 10, { exclusive: true }),
      'needs 10.0 GiB of 24.0 GiB available; tightest fit, exclusive',
    ],
    [
      'where it runs',
      [device(0, 24), device(1, 12)],
      service('a', 10, { current: ['GPU-0'] }),
      'needs 10.0 GiB of 24.0 GiB available; already runs there',
    ],
  ])('of one GPU: %s', (...[, devices, one, text]) => {
    expect(reasonsOf(devices, [profile('p', [[one]], { current: 'best' })])['taken']).toBe(`GPU 0: ${text}`);
  });

  it('of several GPUs', () => {
    const pair = [device(0, 24), device(1, 24)];
    expect(reasonsOf(pair, [profile('p', [[two(40)]])])['taken']).toBe(
      'GPU 0 and GPU 1: needs 20.0 GiB of 24.0 GiB available on each; the only identical GPUs it fits on',
    );
    expect(reasonsOf([...pair, device(2, 24)], [profile('p', [[two(40)]])])['taken']).toBe(
      'GPU 0 and GPU 1: needs 20.0 GiB of 24.0 GiB available on each; 2 identical GPUs, tightest fit',
    );
  });
});

describe('the reason why a device was rejected', () => {
  it('is a service that already runs there', () => {
    const replicas = [0, 1].map((at) => service(`copy-${at}`, 5, { replicaGroup: 'copies' }));
    expect(reasonsOf([device(0, 24), device(1, 24)], [profile('p', [replicas])])['GPU-0']).toBe(
      'already runs replica copy-0',
    );
    const exclusive = service('b', 20, { exclusive: true });
    const profiles = [profile('p', [[service('a', 2), service('c', 1)]]), profile('q', [[exclusive]])];
    expect(reasonsOf([device(0, 24), device(1, 24)], profiles)['GPU-1']).toBe(
      'is used by a and c, but the service needs exclusive GPUs',
    );
  });

  it('is too little memory next to running services, as measured', () => {
    const running = service('a', 10, { current: ['GPU-0'], measuredBytes: 15 * GIB });
    const profiles = [profile('p', [[running]], { current: 'best' }), profile('q', [[service('b', 12)]])];
    expect(
      reasonsOf([device(0, 24), device(1, 24, { foreignBytes: GIB, availableBytes: 23 * GIB })], profiles),
    ).toEqual({
      taken: 'GPU 1: needs 12.0 GiB of 23.0 GiB available; the only GPU it fits on',
      'GPU-0': 'has 9.0 GiB available after a, 12.0 GiB needed',
    });
  });

  it('is that the service already runs elsewhere', () => {
    const running = service('a', 10, { current: ['GPU-0'] });
    expect(
      reasonsOf([device(0, 24), device(1, 12)], [profile('p', [[running]], { current: 'best' })])['GPU-1'],
    ).toBe('also fits (12.0 GiB available); not chosen: the service already runs elsewhere');
  });

  it('is that it is not identical to the others, or cannot be combined', () => {
    const mig = device(3, 24, { uuid: 'MIG-3', kind: 'mig' });
    const devices = [device(0, 24), device(1, 24), device(2, 48), device(4, 24), mig];
    expect(reasonsOf(devices, [profile('p', [[two(40)]])])).toMatchObject({
      'GPU-2': 'is not identical to GPU 0',
      'GPU-4': 'also fits (24.0 GiB available); not chosen: GPU 0 and GPU 1 are the tighter fit',
      'MIG-3': 'is a MIG device, which cannot be combined with others',
    });
  });

  it('is the selection of the user', () => {
    const selected = service('a', 5, { allowed: ['GPU-1'] });
    expect(reasonsOf([device(0, 24), device(1, 24)], [profile('p', [[selected]])])['GPU-0']).toBe(
      'is not one of the GPUs selected for the service',
    );
  });
});

describe('the reason why a better variant was not chosen', () => {
  const whyOf = (devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]) =>
    ok(place(devices, profiles)).refusedVariants.map(({ why }) => why);

  it('is the sum of its services', () => {
    const variants = [[service('a', 14), service('b', 14)], [service('c', 5)]];
    expect(whyOf([device(0, 24)], [profile('p', variants)])).toEqual([
      'its services need 28.0 GiB in total and do not fit together',
    ]);
  });

  it('is the largest of its services, with the memory of the best GPUs', () => {
    const variants = [[two(50)], [service('c', 5)]];
    const devices = [0, 1, 2, 3].map((at) => device(at, 24, { availableBytes: (20 - at) * GIB }));
    expect(whyOf(devices, [profile('p', variants)])).toEqual([
      'vllm needs 25.0 GiB on each of 2 GPUs, but GPU 0 has 20.0 GiB available, GPU 1 has 19.0 GiB available and GPU 2 has 18.0 GiB available',
    ]);
  });

  it('is the request of the user, or that the profile is not part of the command', () => {
    const variants = [[service('a', 14)], [service('b', 5, { current: ['GPU-0'] })]];
    expect(whyOf([device(0, 24)], [profile('p', variants, { requested: 'second' })])).toEqual([
      'second was requested explicitly',
    ]);
    expect(whyOf([device(0, 24)], [profile('p', variants, { current: 'second', fixed: true })])).toEqual([
      'second is running, and this command does not change profile p',
    ]);
  });
});

describe('a profile that does not fit', () => {
  it('is reported with the reasons of three GPUs and the number of others', () => {
    const box = [0, 1, 2, 3, 4].map((at) => device(at, 24, { availableBytes: 10 * GIB }));
    const running = profile('p', [[service('a', 2)]]);
    const large = profile('q', [[service('b', 5), service('c', 9.5, { exclusive: true }), two(12)]]);
    expect(refused(place(box.slice(0, 2), [running, large])).message).toMatch(
      /^profile q does not fit: vllm needs 6\.0 GiB on each of 2 GPUs, but GPU 0 .+ and GPU 1 /,
    );
    const many = box.map((each) => ({ ...each, availableBytes: 4 * GIB }));
    expect(refused(place(many, [running, profile('q', [[service('b', 5)]])])).refusedVariants).toEqual([
      {
        profile: 'q',
        variant: 'best',
        why: 'b needs 5.0 GiB, but GPU 0 has 4.0 GiB available, GPU 1 has 4.0 GiB available and GPU 2 has 4.0 GiB available',
      },
    ]);
    expect(refused(place(many, [running, profile('q', [[service('b', 5)]])])).message).toContain(
      'GPU 3 has 4.0 GiB available, 5.0 GiB needed, and 2 more; 1024 MiB short',
    );
  });

  it('is reported with the number of selected GPUs that are usable', () => {
    const pinned = two(20, { gpus: 3, allowed: ['GPU-0', 'GPU-1'] });
    expect(
      refused(place([device(0, 24), device(1, 24), device(2, 24)], [profile('p', [[pinned]])])),
    ).toMatchObject({
      code: 'RMA_GPU_TOO_FEW',
      message:
        'profile p does not fit: vllm: requires 3 GPUs, but only 2 of those selected for it are usable',
    });
  });

  it.each([
    [
      'remove the selection',
      [device(0, 8), device(1, 24)],
      service('a', 10, { allowed: ['GPU-0'] }),
      /^remove gpu\.pins, --gpu and `gpus`, so that rma chooses the GPUs of p; or /,
    ],
    ['add GPUs', [device(0, 8)], two(28), /^add 2 GPUs with 16 GB each$/],
    [
      'no GPU is large enough',
      [device(0, 8)],
      service('a', 1000),
      /^show what uses each GPU: rma plan --explain$/,
    ],
  ])('has a hint that helps: %s', (...[, devices, one, hint]) => {
    expect(refused(place(devices, [profile('p', [[one]])])).hint).toMatch(hint);
  });

  it('has a hint with another variant of a running profile', () => {
    const variants = [[service('a', 14, { current: ['GPU-0'] })], [service('b', 5)]];
    const running = profile('p', variants, { current: 'best', fixed: true });
    expect(refused(place([device(0, 24)], [running, profile('q', [[service('c', 15)]])])).hint).toBe(
      'rma up --variant p=second; or let rma move p too: rma up',
    );
  });

  it('reports an incomplete search', () => {
    const box = Array.from({ length: 6 }, (_, at) => device(at, 80));
    const sizes = Array.from({ length: 24 }, (_, at) => 17 + ((at * 7919) % 601) / 100);
    const spare = (480 - sizes.reduce((sum, gib) => sum + gib, 0)) / sizes.length;
    const services = sizes.map((gib, at) => service(`s${at}`, gib + spare - 0.0001));
    const placed = place(box, [profile('p', [services])]);
    expect(placed.ok ? placed.notes.join() : placed.message).toMatch(/the (placement )?search was cut short/);
  });
});
