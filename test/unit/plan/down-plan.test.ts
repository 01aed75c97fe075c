import { describe, expect, it } from 'vitest';
import { downPlan } from '../../../src/core/plan/down-plan.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { desiredOf, doneBox, emptyBox, withContainer } from '../../helpers/plan-builders.ts';

const done = doneBox(desiredOf());

describe('downPlan', () => {
  it('stops the worker first so that it drains, then removes all but the volumes', () => {
    expect(
      planText(downPlan(done, { project: 'demo' }))
        .trimEnd()
        .split('\n'),
    ).toEqual([
      '- stop-service chat-worker: drains: its models leave the coordinator first',
      '- remove-service chat-llm: down',
      '- remove-service chat-worker: down',
      '- remove-service coordinator: down',
      '- remove-network demo: down',
      '- remove-secret coordinator_key: down',
      '- remove-secret worker_token_chat: down',
    ]);
  });

  it('does not wait for a worker that does not run', () => {
    const observed = withContainer(done, 'chat-worker', { state: 'exited' });
    const kinds = downPlan(observed, { project: 'demo' }).operations.map(({ kind }) => kind);
    expect(kinds).not.toContain('stop-service');
    expect(kinds).toContain('remove-service');
  });

  it('does nothing on a box without the project', () => {
    expect(planText(downPlan(emptyBox(), { project: 'demo' }))).toBe('nothing to do\n');
  });
});
