import { describe, expect, it } from 'vitest';
import { scopeFor } from '../../../src/core/plan/scope.ts';
import { desiredOf, doneBox } from '../../helpers/builders/plan-builders.ts';
import { fleetInputOf } from '../../helpers/builders/render-builders.ts';

const input = fleetInputOf();
const desired = desiredOf(input);
const done = doneBox(desired);
const [engine] = done.containers.filter(({ role }) => role === 'engine');
const profile = engine!.profile!;

const servicesIn = (profiles: readonly string[], ...more: readonly (typeof done.containers)[number][]) =>
  scopeFor(desired, { ...done, containers: [...done.containers, ...more] }, profiles)
    .observed.containers.map(({ service }) => service)
    .sort();

describe('scopeFor', () => {
  it('includes the previous engine of a selected profile', () => {
    const before = { ...engine!, service: `${profile}-vllm` };
    expect(servicesIn([profile], before)).toContain(before.service);
  });

  it('excludes engines of other profiles', () => {
    const other = { ...engine!, service: 'ocr-ollama', profile: 'ocr' };
    expect(servicesIn([profile], other)).not.toContain('ocr-ollama');
    expect(servicesIn([], other)).toContain('ocr-ollama');
  });
});
