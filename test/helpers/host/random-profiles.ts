import fc from 'fast-check';
import type { ProfileService } from '../../../src/core/domain/profile.ts';
import { profileServiceOf } from '../builders/render-builders.ts';
import { ACCIDENTS, type Accident } from './accidents.ts';

const NAMES = ['a', 'b', 'c'] as const;

const service: fc.Arbitrary<ProfileService> = fc
  .record({
    engine: fc.constantFrom('one', 'two'),
    models: fc.constantFrom(['small'], ['big'], ['small', 'big']),
    flags: fc.subarray(['--a']),
  })
  .map(profileServiceOf);
const services = fc.array(service, { minLength: 1, maxLength: 2 });

/** Three profiles that share engines now and then, on two engines. */
export const profileData = fc.record({ a: services, b: services, c: services });

/** At least one of them. */
export const profileNames = fc.subarray([...NAMES], { minLength: 1 });

export const accident: fc.Arbitrary<Accident> = fc.record({
  kind: fc.constantFrom(...ACCIDENTS),
  nth: fc.nat(12),
});
