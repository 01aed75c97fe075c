import { expect, it } from 'vitest';
import { connect } from '../../../src/core/plan/connect.ts';
import { withoutServices } from '../../../src/core/plan/group-plans.ts';
import type { Step } from '../../../src/core/plan/operation.ts';
import { summarise } from '../../../src/core/plan/summarise.ts';

const base = { cause: 'test', destructive: false };

it('a plan without some services keeps the order of what followed others through these', () => {
  const steps: readonly Step[] = [
    { ...base, kind: 'build-image', tag: 'rma-worker:2', base: 'node:24-slim' },
    { ...base, kind: 'drain-worker', service: 'large-worker' },
    { ...base, kind: 'remove-service', service: 'large-engine', role: 'engine' },
    { ...base, kind: 'recreate-service', service: 'coordinator', role: 'coordinator' },
  ];
  const operations = connect(steps, 'a', (step, other) => steps.indexOf(step) > steps.indexOf(other));
  const plan = { operations, checks: [], summary: summarise(operations, 7) };
  const left = withoutServices(plan, ['large-worker', 'large-engine']);
  expect(left.operations.map(({ id, after }) => [id, ...after])).toEqual([
    ['build-image rma-worker:2'],
    ['recreate-service coordinator', 'build-image rma-worker:2'],
  ]);
  expect(left.summary).toMatchObject({ create: 1, change: 1, remove: 0, freeBytes: 7 });
});
