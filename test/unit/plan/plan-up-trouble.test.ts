import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { planUp } from '../../../src/core/plan/plan-up.ts';
import { desiredOf, doneBox, withContainer } from '../../helpers/builders/plan-builders.ts';

const desired = desiredOf();
const done = doneBox(desired);

const text = (observed: Observed) =>
  planText(planUp(desired, observed, { host: 'box1', profiles: [], removeOrphans: false }))
    .trimEnd()
    .split('\n');

describe('a plan for unhealthy services', () => {
  it('restarts an engine with an error reported by its worker', () => {
    const observed = withContainer(done, 'chat-llm', { engineFault: 'RMA_ENGINE_MISPLACED' });
    expect(text(observed)).toEqual([
      '> drain-worker chat-worker: its engine chat-llm will be restarted',
      '~ restart-service chat-llm: it failed (RMA_ENGINE_MISPLACED)',
      '> resume-worker chat-worker: it was drained',
      '> wait-until-ready chat-worker: its engine chat-llm will be restarted',
    ]);
  });

  it('restarts a failed worker, with its error code', () => {
    const failure = { code: 'RMA_HUB_DENIED', message: 'no', exitCode: 4 } as const;
    const observed = withContainer(done, 'chat-worker', { worker: { state: 'failed', failure } });
    expect(text(observed)).toEqual([
      '~ restart-service chat-worker: it failed (RMA_HUB_DENIED)',
      '> wait-for-models chat-worker: its engines need the models',
      '> wait-until-ready chat-worker: will be restarted',
    ]);
  });

  it.each([
    [{ state: 'exited' }, 'it is exited'],
    [{ state: 'created' }, 'it is created'],
    [{ state: 'dead' }, 'it is dead'],
  ] as const)('starts an engine with %j and waits for its worker', (change, cause) => {
    expect(text(withContainer(done, 'chat-llm', change))).toEqual([
      `+ start-service chat-llm: ${cause}`,
      '> wait-until-ready chat-worker: its engine chat-llm will be started',
    ]);
  });

  it.each([
    [{ state: 'paused' }, 'restart', 'it is paused'],
    [{ state: 'restarting' }, 'restart', 'it keeps crashing'],
    [{ health: 'unhealthy' }, 'restart', 'it is unhealthy'],
    [{ configHash: null }, 'recreate', 'its definition changed'],
  ] as const)('drains the worker of an engine with %j and resumes it after the %s', (change, verb, cause) => {
    expect(text(withContainer(done, 'chat-llm', change))).toEqual([
      `> drain-worker chat-worker: its engine chat-llm will be ${verb}${verb === 'restart' ? 'ed' : 'd'}`,
      `~ ${verb}-service chat-llm: ${cause}`,
      '> resume-worker chat-worker: it was drained',
      `> wait-until-ready chat-worker: its engine chat-llm will be ${verb}${verb === 'restart' ? 'ed' : 'd'}`,
    ]);
  });

  it('ignores an engine that is starting', () => {
    expect(text(withContainer(done, 'chat-llm', { health: 'starting' }))).toEqual(['nothing to do']);
  });

  it.each(['waiting-for-engines', 'registering', 'degraded'] as const)(
    'waits for a worker that is %s, as after an interrupted up',
    (state) => {
      const observed = withContainer(done, 'chat-worker', { worker: { state, failure: null } });
      expect(text(observed)).toEqual([`> wait-until-ready chat-worker: it is ${state}`]);
    },
  );

  it('waits for a worker that does not report its state', () => {
    const observed = withContainer(done, 'chat-worker', { worker: null });
    expect(text(observed)).toEqual(['> wait-until-ready chat-worker: its state is unknown']);
  });
});
