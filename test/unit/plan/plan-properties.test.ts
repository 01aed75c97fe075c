import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ProfileService } from '../../../src/core/domain/profile.ts';
import { planUp } from '../../../src/core/plan/plan-up.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { desiredOf, doneBox, emptyBox } from '../../helpers/builders/plan-builders.ts';
import { catalogOf, fleetInputOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const service: fc.Arbitrary<ProfileService> = fc
  .record({
    engine: fc.constantFrom('llm', 'other'),
    models: fc.constantFrom(['small'], ['big']),
    flags: fc.subarray(['--a', '--b']),
    memoryBytes: fc.constantFrom(null, 2 ** 30),
  })
  .map(profileServiceOf);
const profiles = fc.dictionary(
  fc.constantFrom('a', 'b', 'c-d'),
  fc.array(service, { minLength: 1, maxLength: 3 }),
  { minKeys: 1, noNullPrototype: true },
);
const wanted = profiles.map((data) =>
  desiredOf(
    fleetInputOf({ selection: selectServices(catalogOf(data, ['llm', 'other']), Object.keys(data)) }),
  ),
);

it('plans nothing if the observed state is the desired state, with or without orphan removal', () => {
  fc.assert(
    fc.property(wanted, fc.boolean(), (desired, removeOrphans) => {
      const { operations, checks } = planUp(desired, doneBox(desired), {
        host: 'box1',
        profiles: [],
        removeOrphans,
      });
      expect([operations, checks]).toEqual([[], []]);
    }),
    { numRuns: 40 },
  );
});

it('plans one start per service on an empty host, workers before engines, nothing destructive', () => {
  fc.assert(
    fc.property(wanted, (desired) => {
      const { operations } = planUp(desired, emptyBox(), { host: 'box1', profiles: [], removeOrphans: true });
      const starts = operations.flatMap((op) => (op.kind === 'start-service' ? [op] : []));
      expect(starts.map((op) => op.service).sort()).toEqual(desired.stack.services.map((s) => s.name).sort());
      const roles = starts.map((op) => op.role);
      expect(roles.lastIndexOf('worker')).toBeLessThan(roles.indexOf('engine'));
      expect(operations.filter((op) => op.destructive || op.cause === '')).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
