import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacementDevice, PlacementProfile } from '../../../src/core/domain/placement.ts';
import { HIDDEN } from '../../../src/core/placement/devices.ts';
import { place } from '../../../src/core/placement/place.ts';
import { device, GIB, need, profile, refused, service } from '../../helpers/builders/placement-builders.ts';
import { follow, profilesOf, type RequestedService } from '../../helpers/builders/suggested-changes.ts';

const LOST = { unusable: 'is lost' };
const hintOf = (devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]): string =>
  refused(place(devices, profiles)).hint;
const messageOf = (devices: readonly PlacementDevice[], profiles: readonly PlacementProfile[]): string =>
  refused(place(devices, profiles)).message;

describe('the devices that a refusal names', () => {
  const mig = (at: number, gib: number) =>
    device(0, gib, { uuid: `MIG-${at}`, kind: 'mig', name: 'Card MIG' });
  const parent = device(0, 80, { unusable: 'is in MIG mode; its MIG devices are used instead' });

  it('[case G06] are the pinned one of many', () => {
    const box = [0, 1, 2, 3, 4, 5].map((at) => device(at, 24, { availableBytes: (at === 4 ? 2 : 1) * GIB }));
    const pinned = profile('p', [[service('a', 10, { allowed: ['GPU-4'] })]]);
    const running = profile('q', [[service('b', 0.5, { current: ['GPU-0'] })]], { current: 'best' });
    expect(messageOf(box, [running, pinned])).toBe(
      'profile p does not fit: a needs 10.0 GiB, but GPU 4 has 2.0 GiB available, 10.0 GiB needed; 8192 MiB short',
    );
  });

  it('[case G06] are those of a pin of three that lack the least memory for two', () => {
    const box = [5, 24, 9, 24, 24].map((gib, at) => device(at, 24, { availableBytes: gib * GIB }));
    const pinned = service('a', 24, { gpus: 2, allowed: ['GPU-0', 'GPU-1', 'GPU-2'], inFile: 2 });
    expect(messageOf(box, [profile('p', [[pinned]])])).toMatch(
      /a needs 12\.0 GiB on each of 2 GPUs, but GPU 2 has 9\.0 GiB available.* and GPU 0 has 5\.0 GiB available/,
    );
  });

  it('[case G06] are the faulty ones of a pin of three', () => {
    const box = [device(0, 24), device(1, 24, LOST), device(2, 24), device(3, 24, LOST)];
    const pinned = service('a', 24, { gpus: 3, allowed: ['GPU-0', 'GPU-1', 'GPU-2'], inFile: 3 });
    expect(messageOf(box, [profile('p', [[pinned]])])).toBe(
      'profile p does not fit: a: requires 3 GPUs, but only 2 of those selected for it are usable: GPU 1 is lost',
    );
  });

  it('[case G06] are each kind of unequal GPUs, not the first four', () => {
    const box = [24, 24, 24, 24, 48].map((gib, at) => device(at, gib));
    expect(messageOf(box, [profile('p', [[service('a', 50, { gpus: 5 })]])])).toContain(
      'requires 5 identical GPUs, but GPU 0, GPU 1, GPU 2 and GPU 3 are each a Card 24 with 24.0 GiB and GPU 4 is a Card 48 with 48.0 GiB',
    );
  });

  it('[case G06] are the selected ones where no GPU is usable', () => {
    const box = [0, 1, 2, 3, 4].map((at) => device(at, 24, LOST));
    expect(messageOf(box, [profile('p', [[service('a', 5, { allowed: ['GPU-4'] })]])])).toBe(
      'profile p does not fit: a: GPU 4 is lost',
    );
  });

  it('[case G06] are none where no selected one exists', () => {
    expect(messageOf([device(0, 24)], [profile('p', [[service('a', 5, { allowed: ['GPU-7'] })]])])).toBe(
      'profile p does not fit: a: none of the GPUs selected for it exists',
    );
  });

  it('[case G06] are MIG devices and not the GPU that they divide', () => {
    expect(
      messageOf([parent, mig(1, 20), mig(2, 20)], [profile('p', [[service('a', 50, { gpus: 2 })]])]),
    ).toBe(
      'profile p does not fit: a: requires 2 GPUs, but only 0 are usable: MIG device MIG-1 of GPU 0 and MIG device MIG-2 of GPU 0 are each a MIG device, which cannot be combined with others',
    );
  });

  it('[case G06] a service with `gpus: all` runs on the one MIG device pinned to it', () => {
    const pinned = service('a', 5, { gpus: 'all', allowed: ['MIG-2'], inFile: 'all' });
    const placed = place([parent, mig(1, 20), mig(2, 20)], [profile('p', [[pinned]])]);
    expect(placed.ok && placed.services[0]?.devices.map(({ uuid }) => uuid)).toEqual(['MIG-2']);
  });
});

describe('a suggested change', () => {
  it('[case G06] is not fewer GPUs while several are pinned, which the service would still use', () => {
    const box = [device(0, 24), device(1, 24, LOST)];
    const pinned = service('a', 20, { gpus: 2, allowed: ['GPU-0', 'GPU-1'], inFile: 1 });
    expect(hintOf(box, [profile('p', [[pinned]])])).toMatch(/^remove gpu\.pins, --gpu and `gpus`, so that/);
  });

  it('[case G06] keeps the number of GPUs that the service needs', () => {
    const box = [0, 1, 2, 3].map((at) => device(at, 24, at === 0 ? LOST : {}));
    const pinned = service('a', 60, { gpus: 3, allowed: ['GPU-0', 'GPU-1', 'GPU-2'], inFile: 3 });
    expect(hintOf(box, [profile('p', [[pinned]])])).toMatch(/^remove gpu\.pins and --gpu, so that/);
  });

  it('[case G06] selects the GPU that it adds', () => {
    const pinned = service('a', 20, { allowed: ['GPU-0'], inFile: 1 });
    expect(hintOf([device(0, 8)], [profile('p', [[pinned]])])).toBe('add a 24 GB GPU, and select it for p');
  });

  it('[case G06] is the hidden GPU where that is enough', () => {
    const box = [device(0, 8), device(1, 24, { unusable: HIDDEN })];
    const text = 'add GPU 1 to gpu.visible, --gpus or NVIDIA_VISIBLE_DEVICES';
    expect(hintOf(box, [profile('p', [[service('a', 20)]])])).toContain(text);
    expect(hintOf(box.slice(1), [profile('p', [[service('a', 20)]])])).toBe(text);
  });

  it('[case G06] lets running profiles move that the command does not act on', () => {
    const fixed = profile('q', [[service('b', 6, { current: ['GPU-1'] })]], { current: 'best', fixed: true });
    const box = [device(0, 8), device(1, 24)];
    expect(hintOf(box, [fixed, profile('p', [[service('a', 20)]])])).toMatch(/^let rma move q too: rma up/);
  });

  it('[case G06] solves it, whatever the machine and the request', () => {
    const asked = fc.array(fc.array(requestedServices, { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(machines, asked, fc.nat(3), (box, variants, fixed) => {
        const state = {
          devices: box,
          profiles: variants.map((some, at) => ({ variants: some, fixed: at < fixed })),
        };
        const before = profilesOf(state);
        const placed = place(box, before);
        if (placed.ok) return;
        for (const change of placed.hint.split('; or ')) {
          const after = follow(state, change);
          if (after === null) continue;
          const result = place(after.devices, profilesOf(after));
          expect(result.ok ? '' : `${change} → ${result.message}`).toBe('');
        }
      }),
      { numRuns: 400 },
    );
  });
});

const machines = fc
  .array(
    fc.record({
      gib: fc.constantFrom(8, 16, 24),
      foreign: fc.constantFrom(0, 0, 3),
      kind: fc.constantFrom('gpu' as const, 'gpu' as const, 'mig' as const),
      unusable: fc.constantFrom(null, null, null, 'is lost', HIDDEN),
      usedExclusivelyBy: fc.constantFrom(null, null, null, 'other/vllm'),
      others: fc.constantFrom(0, 0, 2),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(({ gib, foreign, others, ...rest }, index) =>
      device(index, gib, {
        ...rest,
        availableBytes: (gib - foreign - others) * GIB,
        foreignBytes: foreign * GIB,
        othersBytes: others * GIB,
      }),
    ),
  );

const requestedServices = fc.array(
  fc
    .record({
      gib: fc.integer({ min: 1, max: 24 }),
      kv: fc.constantFrom(0, 8),
      inFile: fc.constantFrom<RequestedService['inFile']>(1, 1, 2, 3, 'all', ['GPU-0'], ['GPU-0', 'GPU-2']),
      exclusive: fc.constantFrom(false, false, true),
      heads: fc.constantFrom(null, 32),
      pin: fc.constantFrom(null, null, ['GPU-1'], ['GPU-0', 'GPU-1', 'GPU-2']),
      runsOn: fc.constantFrom(null, 'GPU-0', 'GPU-1'),
    })
    .map(({ gib, kv, ...rest }): RequestedService => ({ ...rest, need: need(gib, { kvBytes: kv * GIB }) })),
  { minLength: 1, maxLength: 2 },
);
