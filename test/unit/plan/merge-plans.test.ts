import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/core/plan/connect.ts';
import { mergePlans } from '../../../src/core/plan/merge-plans.ts';
import type { Step } from '../../../src/core/plan/operation.ts';
import type { Plan, PlanCheck } from '../../../src/core/plan/plan-types.ts';
import { summarise } from '../../../src/core/plan/summarise.ts';

const base = { cause: 'test', destructive: false };
const start = (service: string, role: 'coordinator' | 'worker'): Step => ({
  ...base,
  kind: 'start-service',
  service,
  role,
});
const remove = (service: string, role: 'coordinator' | 'worker'): Step => ({
  ...base,
  kind: 'remove-service',
  service,
  role,
});
const ready = (service: string): Step => ({ ...base, kind: 'wait-until-ready', service, engines: [] });
const drain = (service: string): Step => ({ ...base, kind: 'drain-worker', service });

/** Returns a plan whose steps follow each other in their order. */
function planOf(host: string, steps: readonly Step[], checks: readonly PlanCheck[] = []): Plan {
  const operations = connect(steps, host, (step, other) => steps.indexOf(step) > steps.indexOf(other));
  return { operations, checks, summary: summarise(operations, 7) };
}

const graph = ({ operations }: Plan) => operations.map(({ id, after }) => [id, ...after]);

describe('mergePlans', () => {
  it('returns the plan of a single host unchanged', () => {
    const plan = planOf('a', [start('coordinator', 'coordinator')]);
    expect(mergePlans([{ host: 'a', plan }])).toBe(plan);
  });

  it('puts the host before each id, and makes workers of other hosts wait for the coordinator', () => {
    const first = planOf('a', [start('chat-worker', 'worker'), ready('chat-worker')]);
    const second = planOf('b', [start('coordinator', 'coordinator')]);
    const plan = mergePlans([
      { host: 'a', plan: first },
      { host: 'b', plan: second },
    ]);
    expect(graph(plan)).toEqual([
      ['a: start-service chat-worker'],
      ['b: start-service coordinator'],
      ['a: wait-until-ready chat-worker', 'a: start-service chat-worker', 'b: start-service coordinator'],
    ]);
    expect(plan.operations.map(({ host }) => host)).toEqual(['a', 'b', 'a']);
    expect(plan.summary).toMatchObject({ create: 2, freeBytes: null });
  });

  it('removes the coordinator after the workers of other hosts', () => {
    const first = planOf('a', [remove('coordinator', 'coordinator')]);
    const second = planOf('b', [drain('chat-worker'), remove('chat-worker', 'worker')]);
    const plan = mergePlans([
      { host: 'a', plan: first },
      { host: 'b', plan: second },
    ]);
    expect(graph(plan)).toEqual([
      ['b: drain-worker chat-worker'],
      ['b: remove-service chat-worker', 'b: drain-worker chat-worker'],
      ['a: remove-service coordinator', 'b: drain-worker chat-worker', 'b: remove-service chat-worker'],
    ]);
  });

  it('names the host in each check', () => {
    const check: PlanCheck = {
      level: 'warning',
      code: 'RMA_PLAN_RAM',
      message: 'little RAM',
      hint: 'add some',
      exitCode: 0,
      details: { limitBytes: 1 },
    };
    const plan = mergePlans([
      { host: 'a', plan: planOf('a', [], [check]) },
      { host: 'b', plan: planOf('b', []) },
    ]);
    expect(plan.checks).toEqual([
      { ...check, message: 'host a: little RAM', details: { limitBytes: 1, host: 'a' } },
    ]);
  });
});
