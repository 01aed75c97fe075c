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
    [{ state: 'exited' }, 'it exited'],
    [{ state: 'created' }, 'it was never started'],
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

  it.each([
    [
      'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-5f1c',
      'engine never started: GPU was not available at boot',
    ],
    [
      'nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown',
      'engine never started: GPU was not available at boot',
    ],
    [
      'driver failed programming external connectivity: Bind for 127.0.0.1:8080 failed: port is already allocated',
      'its last start failed: port 8080 is already in use by another program',
    ],
    ['something odd', 'its last start failed: something odd'],
  ])('[case S06] names why the engine did not start a container: %s', (startError, cause) => {
    expect(text(withContainer(done, 'chat-llm', { state: 'exited', startError }))).toContain(
      `+ start-service chat-llm: ${cause}`,
    );
  });

  it.each([
    [{ lostNetwork: 'demo_default' }, 'recreate', 'it is not connected to its network demo_default'],
    [{ silence: 'no response within 3 s' }, 'restart', 'it does not respond (no response within 3 s)'],
  ] as const)('[case S03] repairs an engine with %j and waits for its worker', (change, verb, cause) => {
    const done_ = verb === 'restart' ? 'restarted' : 'recreated';
    const degraded = withContainer(done, 'chat-worker', { worker: { state: 'degraded', failure: null } });
    expect(text(withContainer(degraded, 'chat-llm', change))).toEqual([
      `> drain-worker chat-worker: its engine chat-llm will be ${done_}`,
      `~ ${verb}-service chat-llm: ${cause}`,
      '> resume-worker chat-worker: it was drained',
      `> wait-until-ready chat-worker: its engine chat-llm will be ${done_}`,
    ]);
  });

  it.each([
    [
      { lostNetwork: 'demo_default' },
      '~ recreate-service',
      'it is not connected to its network demo_default',
    ],
    [
      { lostNetwork: 'demo_default', state: 'exited' },
      '~ recreate-service',
      'it is not connected to its network demo_default',
    ],
    [
      { worker: null, silence: 'the worker did not respond within 10 s' },
      '~ restart-service',
      'it does not respond (the worker did not respond within 10 s)',
    ],
  ] as const)('[case S03] repairs a worker with %j', (change, step, cause) => {
    expect(text(withContainer(done, 'chat-worker', change))).toContain(`${step} chat-worker: ${cause}`);
  });

  it('[case S03] waits for a ready worker that is not registered', () => {
    const worker = { state: 'ready', failure: null, registered: false } as const;
    expect(text(withContainer(done, 'chat-worker', { worker }))).toEqual([
      '> wait-until-ready chat-worker: it is not registered',
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
