import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Placed,
  PlacedDevice,
  PlacementDevice,
  PlacementProfile,
  PlacementService,
} from '../../../src/core/domain/placement.ts';
import { needPerGpu } from '../../../src/core/placement/demand.ts';
import { place } from '../../../src/core/placement/place.ts';
import { fitsByBruteForce } from '../../helpers/builders/brute-force.ts';
import { device, GIB, need, profile, service } from '../../helpers/builders/placement-builders.ts';

const devices = fc
  .array(
    fc.record({
      gib: fc.constantFrom(8, 16, 24),
      foreign: fc.constantFrom(0, 0, 0, 3),
      mig: fc.constantFrom(false, false, false, true),
      lost: fc.constantFrom(false, false, false, false, true),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(({ gib, foreign, mig, lost }, index) =>
      device(index, gib, {
        kind: mig ? 'mig' : 'gpu',
        availableBytes: (gib - foreign) * GIB,
        foreignBytes: foreign * GIB,
        unusable: lost ? 'is lost' : null,
      }),
    ),
  );

const services = fc.array(
  fc.record({
    gib: fc.integer({ min: 1, max: 20 }),
    gpus: fc.constantFrom<number | 'all'>(1, 1, 1, 2, 'all'),
    exclusive: fc.constantFrom(false, false, true),
    allowed: fc.constantFrom(null, null, ['GPU-0'], ['GPU-0', 'GPU-1']),
    group: fc.constantFrom(null, null, 'copies'),
    heads: fc.constantFrom(null, 32, 7),
    utilization: fc.constantFrom(null, null, null, 0.3, 0.9),
  }),
  { minLength: 0, maxLength: 2 },
);

const profiles = fc
  .array(fc.array(services, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .map((list) =>
    list.map((variants, at) =>
      profile(
        `p${at}`,
        variants.map((some, variant) =>
          some.map(({ gib, gpus, exclusive, allowed, group, heads, utilization }, number) =>
            service(`p${at}-v${variant}-s${number}`, gib, {
              gpus,
              exclusive,
              allowed,
              utilization,
              need: need(gib, { overheadBytes: GIB / 2 }),
              attentionHeads: heads,
              replicaGroup: group === null ? null : `p${at}-v${variant}`,
            }),
          ),
        ),
      ),
    ),
  );

describe('a placement', () => {
  it('[req R24] [req T8] never reserves more memory than a device has, and never shares exclusive devices', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const placed = place(box, wish);
        if (!placed.ok) return;
        for (const each of box) {
          const there = placed.services.filter((one) => one.devices.some(({ uuid }) => uuid === each.uuid));
          const sum = there.reduce((bytes, { bytesPerGpu }) => bytes + bytesPerGpu, 0);
          expect(sum).toBeLessThanOrEqual(each.unusable === null ? each.availableBytes : 0);
          expect(there.some(({ exclusive }) => exclusive) && there.length > 1).toBe(false);
        }
      }),
    );
  });

  it('[req R23] uses the requested number of devices: allowed, equal, and whole if several', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const placed = place(box, wish);
        if (!placed.ok) return;
        for (const asked of chosen(placed, wish)) {
          expectAsAsked(asked, placed.services.find((one) => one.service === asked.service)?.devices ?? []);
        }
      }),
    );
  });

  it('[req N20] puts replicas of a service on different devices', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const placed = place(box, wish);
        if (!placed.ok) return;
        const used = chosen(placed, wish).flatMap(({ service: name, replicaGroup }) => {
          const given = placed.services.find((one) => one.service === name)?.devices ?? [];
          return replicaGroup === null ? [] : given.map(({ uuid }) => `${replicaGroup} ${uuid}`);
        });
        expect(new Set(used).size).toBe(used.length);
      }),
    );
  });

  it('does not depend on the order of the devices', () => {
    fc.assert(
      fc.property(devices, profiles, fc.nat(), (box, wish, seed) => {
        const turned = box.toSorted((a, b) => ((a.index * 7 + seed) % 5) - ((b.index * 7 + seed) % 5));
        expect(place(turned, wish)).toEqual(place(box, wish));
      }),
    );
  });

  it('[req R24] is unchanged when repeated with everything running, whatever was measured', () => {
    fc.assert(
      fc.property(devices, profiles, fc.integer({ min: 0, max: 3 }), (box, wish, beyond) => {
        const first = place(box, wish);
        if (!first.ok) return;
        const second = place(box, running(first, wish, beyond * GIB));
        expect(second).toMatchObject({ ok: true, variants: first.variants, services: first.services });
      }),
    );
  });

  it('[req R51] finds the same best variants as brute force, or none', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const placed = place(box, wish);
        expect(placed.ok ? [...placed.variants] : null).toEqual(fitsByBruteForce(box, wish));
      }),
      { numRuns: 300 },
    );
  });

  it('moves running services if that is the only way to fit new ones', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const first = place(box, wish.slice(0, 1));
        if (!first.ok) return;
        const more = [...running(first, wish.slice(0, 1), 0), ...wish.slice(1)];
        expect(place(box, more).ok).toBe(place(box, wish).ok);
      }),
    );
  });

  it('keeps fixed profiles unchanged, or reports that they no longer fit', () => {
    fc.assert(
      fc.property(devices, profiles, (box, wish) => {
        const first = place(box, wish.slice(0, 1));
        if (!first.ok) return;
        const fixed = running(first, wish.slice(0, 1), 0).map((each) => ({ ...each, fixed: true }));
        const more = place(box, [...fixed, ...wish.slice(1)]);
        if (more.ok) expect(more.services).toEqual(expect.arrayContaining([...first.services]));
        else expect(more.hint).not.toBe('');
      }),
    );
  });
});

function expectAsAsked(asked: PlacementService, given: readonly PlacedDevice[]): void {
  expect(given.length).toBeGreaterThan(0);
  if (asked.gpus !== 'all') expect(given).toHaveLength(asked.gpus);
  expect(given.every(({ uuid }) => asked.allowed?.includes(uuid) ?? true)).toBe(true);
  expect((asked.attentionHeads ?? given.length) % given.length).toBe(0);
  if (given.length === 1) return;
  expect(new Set(given.map(({ name, totalBytes }) => `${name} ${totalBytes}`)).size).toBe(1);
  expect(given.every(({ kind }) => kind === 'gpu')).toBe(true);
}

/** Returns the services of the chosen variants. */
function chosen(placed: Placed, wish: readonly PlacementProfile[]): readonly PlacementService[] {
  return wish.flatMap(
    (each) => each.variants.find(({ name }) => name === placed.variants.get(each.profile))?.services ?? [],
  );
}

/** Returns the request with the placement running, each service using its need and `beyondBytes`. */
function running(
  placed: Placed,
  wish: readonly PlacementProfile[],
  beyondBytes: number,
): readonly PlacementProfile[] {
  const devicesOf = (name: string): readonly PlacementDevice['uuid'][] | null =>
    placed.services.find((one) => one.service === name)?.devices.map(({ uuid }) => uuid) ?? null;
  return wish.map((each) => ({
    ...each,
    current: placed.variants.get(each.profile) ?? null,
    variants: each.variants.map((variant) => ({
      ...variant,
      services: variant.services.map((one) => {
        const current = devicesOf(one.service);
        const bytes = needPerGpu(one, current?.length ?? 1) + beyondBytes;
        return { ...one, current, measuredBytes: current === null ? null : bytes };
      }),
    })),
  }));
}
