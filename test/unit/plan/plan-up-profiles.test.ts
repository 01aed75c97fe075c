import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../../src/core/domain/desired-state.ts';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { planUp } from '../../../src/core/plan/plan-up.ts';
import { STARTED_AT, withContainer } from '../../helpers/builders/plan-builders.ts';
import { desiredProfiles, downBox, runningProfiles } from '../../helpers/builders/three-profiles.ts';

const planFor = (desired: DesiredState, observed: Observed, ...profiles: readonly string[]) =>
  planUp(desired, observed, { host: 'box1', profiles, removeOrphans: false });
const text = (desired: DesiredState, observed: Observed, ...profiles: readonly string[]) =>
  planText(planFor(desired, observed, ...profiles))
    .trimEnd()
    .split('\n');

describe('a plan for some profiles', () => {
  it('[case S01] starts the profile and the coordinator, but no other profile that was up before', () => {
    const desired = desiredProfiles('a', 'b');
    expect(text(desired, downBox(desired), 'b')).toEqual([
      '+ start-service coordinator: has no container',
      '+ start-service b-worker: has no container',
      '> wait-for-models b-worker: its engines need the models',
      '+ start-service b-two: has no container',
      '> wait-until-ready b-worker: will be started',
    ]);
  });

  it('waits for running workers of other profiles if the coordinator is new, and starts none', () => {
    const desired = desiredProfiles('a', 'b', 'c');
    const observed = withContainer(runningProfiles(desired, 'a', 'c'), 'coordinator', null);
    const stopped = withContainer(observed, 'c-worker', { state: 'exited', worker: null });
    expect(text(desired, stopped, 'b')).toEqual([
      '+ start-service coordinator: has no container',
      '+ start-service b-worker: has no container',
      '> wait-for-models b-worker: its engines need the models',
      '+ start-service b-two: has no container',
      '> wait-until-ready b-worker: will be started',
      '> wait-until-ready a-worker: the coordinator will be started',
    ]);
  });

  it.each([
    { worker: { state: 'failed', failure: null } },
    { worker: { state: 'degraded', failure: null } },
    { worker: { state: 'downloading', failure: null } },
    { worker: null },
  ] as const)('does not wait for a worker of another profile that was not ready: %j', (change) => {
    const desired = desiredProfiles('a', 'b');
    const running = withContainer(runningProfiles(desired, 'a'), 'coordinator', null);
    const lines = text(desired, withContainer(running, 'a-worker', change), 'b');
    expect(lines.filter((line) => line.includes('a-worker'))).toEqual([]);
  });

  it('does not wait for a worker of another profile that was not ready when it recreates their engine', () => {
    const desired = desiredProfiles('a', 'c');
    const degraded = { worker: { state: 'degraded', failure: null } } as const;
    const running = withContainer(runningProfiles(desired, 'a', 'c'), 'c-worker', degraded);
    const lines = text(desired, withContainer(running, 'a-one', { configHash: 'old' }), 'a');
    expect(lines.filter((line) => line.startsWith('> wait'))).toEqual([
      '> wait-until-ready a-worker: its engine a-one will be recreated',
    ]);
  });

  it('drains and resumes the worker of another profile that shares a recreated engine', () => {
    const desired = desiredProfiles('a', 'c');
    const observed = withContainer(runningProfiles(desired, 'a', 'c'), 'a-one', { configHash: 'old' });
    expect(text(desired, observed, 'a')).toEqual([
      '> drain-worker a-worker: its engine a-one will be recreated',
      '> drain-worker c-worker: its engine a-one will be recreated',
      '~ recreate-service a-one: its definition changed',
      '> resume-worker a-worker: it was drained',
      '> resume-worker c-worker: it was drained',
      '> wait-until-ready a-worker: its engine a-one will be recreated',
      '> wait-until-ready c-worker: its engine a-one will be recreated',
    ]);
  });

  it('recreates a worker of another profile that does not match the recreated engine', () => {
    const desired = desiredProfiles('a', 'c');
    const changed = withContainer(runningProfiles(desired, 'a', 'c'), 'a-one', { configHash: 'old' });
    const observed = withContainer(changed, 'c-worker', { configHash: 'old' });
    const lines = text(desired, observed, 'a').filter((line) => line.includes('c-worker'));
    expect(lines).toEqual([
      '> drain-worker c-worker: will be recreated',
      '~ recreate-service c-worker: its definition changed',
      '> wait-until-ready c-worker: will be recreated',
    ]);
  });

  it('resumes a changed worker of another profile unchanged if its engine is only restarted', () => {
    const desired = desiredProfiles('a', 'c');
    const changed = withContainer(runningProfiles(desired, 'a', 'c'), 'a-one', { health: 'unhealthy' });
    const observed = withContainer(changed, 'c-worker', { configHash: 'old' });
    const lines = text(desired, observed, 'a').filter((line) => line.includes('c-worker'));
    expect(lines).toEqual([
      '> drain-worker c-worker: its engine a-one will be restarted',
      '> resume-worker c-worker: it was drained',
      '> wait-until-ready c-worker: its engine a-one will be restarted',
    ]);
  });

  it('does not wait for a worker outside the project whose engine is recreated', () => {
    const running = runningProfiles(desiredProfiles('a', 'c'), 'a', 'c');
    const observed = withContainer(running, 'a-one', { configHash: 'old' });
    const lines = text(desiredProfiles('a'), observed, 'a').filter((line) => line.includes('c-worker'));
    expect(lines).toEqual([
      '> drain-worker c-worker: its engine a-one will be recreated',
      '> resume-worker c-worker: it was drained',
    ]);
  });

  it('resumes a worker that cannot become ready without waiting for it', () => {
    const desired = desiredProfiles('a', 'c');
    const running = withContainer(runningProfiles(desired, 'a', 'c'), 'a-one', { configHash: 'old' });
    const observed = withContainer(running, 'c-three', { state: 'exited' });
    const lines = text(desired, observed, 'a').filter((line) => line.includes('c-worker'));
    expect(lines).toEqual([
      '> drain-worker c-worker: its engine a-one will be recreated',
      '> resume-worker c-worker: it was drained',
    ]);
  });

  it('restarts running workers of other profiles if the coordinator key changes', () => {
    const desired = desiredProfiles('a', 'b', 'c');
    const running = runningProfiles(desired, 'a', 'b');
    const restarts = (observed: Observed) =>
      text(desired, observed, 'a').filter((line) => /restart-service|ready/.test(line));
    expect(restarts({ ...running, secrets: new Map() })).toEqual([
      '~ restart-service coordinator: its secret coordinator_key changes',
      '~ restart-service a-worker: its secret worker_token_a changes',
      '~ restart-service b-worker: its secret worker_token_b changes',
      '> wait-until-ready a-worker: will be restarted',
      '> wait-until-ready b-worker: will be restarted',
    ]);
    const written = new Map([['worker_token_b', STARTED_AT + 1]]);
    expect(restarts({ ...running, secretsWrittenAt: written })).toEqual([
      '~ restart-service b-worker: its secret worker_token_b changed after it was started',
      '> wait-until-ready b-worker: will be restarted',
    ]);
    const stopped = withContainer(running, 'b-worker', { state: 'exited', worker: null });
    expect(restarts({ ...stopped, secrets: new Map() }).join()).not.toContain('b-worker');
  });

  it('keeps an engine that only a worker of another profile still uses', () => {
    const desired = desiredProfiles('a', 'c');
    const running = runningProfiles(desired, 'a', 'c');
    const shared = running.containers.find(({ service }) => service === 'a-one')!;
    const observed: Observed = {
      ...running,
      containers: [...running.containers, { ...shared, service: 'a-old' }],
    };
    const used = withContainer(observed, 'c-worker', { engines: ['a-old', 'c-three'] });
    expect(text(desired, used, 'a')).toEqual([
      '! warning RMA_PLAN_ORPHAN: a-old is no longer part of the project; it is left unchanged',
    ]);
    expect(text(desired, observed, 'a')).toEqual(['- remove-service a-old: profile a no longer uses it']);
  });
});

describe('the graph of a plan', () => {
  const edges = (desired: DesiredState, observed: Observed, ...profiles: readonly string[]) =>
    Object.fromEntries(
      planFor(desired, observed, ...profiles).operations.map(({ id, after }) => [id, after]),
    );

  it('starts engines after the models, and lists only direct dependencies', () => {
    const desired = desiredProfiles('c');
    expect(edges(desired, downBox(desired))).toEqual({
      'start-service coordinator': [],
      'start-service c-worker': ['start-service coordinator'],
      'wait-for-models c-worker': ['start-service c-worker'],
      'start-service c-one': ['wait-for-models c-worker'],
      'start-service c-three': ['wait-for-models c-worker'],
      'wait-until-ready c-worker': ['start-service c-one', 'start-service c-three'],
    });
  });

  it('recreates an engine once its workers are drained, then resumes them', () => {
    const desired = desiredProfiles('a', 'c');
    const running = runningProfiles(desired, 'a', 'c');
    const observed = withContainer(running, 'a-one', { configHash: 'old' });
    expect(edges(desired, observed)).toEqual({
      'drain-worker a-worker': [],
      'drain-worker c-worker': [],
      'recreate-service a-one': ['drain-worker a-worker', 'drain-worker c-worker'],
      'resume-worker a-worker': ['recreate-service a-one'],
      'resume-worker c-worker': ['recreate-service a-one'],
      'wait-until-ready a-worker': ['resume-worker a-worker'],
      'wait-until-ready c-worker': ['resume-worker c-worker'],
    });
  });

  it('includes the host', () => {
    const desired = desiredProfiles('a');
    expect(new Set(planFor(desired, downBox(desired)).operations.map(({ host }) => host))).toEqual(
      new Set(['box1']),
    );
  });
});
