import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { planRestart } from '../../../src/core/plan/plan-restart.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { withContainer } from '../../helpers/builders/plan-builders.ts';
import { desiredProfiles, runningProfiles } from '../../helpers/builders/three-profiles.ts';

const running = runningProfiles(desiredProfiles('a', 'c'), 'a', 'c');
const text = ({ containers }: Pick<Observed, 'containers'>, ...services: readonly string[]) =>
  planText(planRestart({ host: 'box1', services, ownCoordinator: true, containers }))
    .trimEnd()
    .split('\n');

describe('planRestart', () => {
  it('drains every worker of the engine, restarts it, resumes the workers and waits for them', () => {
    expect(text(running, 'a-one')).toEqual([
      '> drain-worker a-worker: its engine a-one will be restarted',
      '> drain-worker c-worker: its engine a-one will be restarted',
      '~ restart-service a-one: requested',
      '> resume-worker a-worker: it was drained',
      '> resume-worker c-worker: it was drained',
      '> wait-until-ready a-worker: its engine a-one will be restarted',
      '> wait-until-ready c-worker: its engine a-one will be restarted',
    ]);
  });

  it('restarts only a worker and keeps its engines running', () => {
    expect(text(running, 'a-worker')).toEqual([
      '> drain-worker a-worker: will be restarted',
      '~ restart-service a-worker: requested',
      '> wait-until-ready a-worker: will be restarted',
    ]);
  });

  it('restarts everything without a name, workers after their engines', () => {
    expect(text(runningProfiles(desiredProfiles('a'), 'a'))).toEqual([
      '> drain-worker a-worker: will be restarted',
      '~ restart-service coordinator: requested',
      '~ restart-service a-one: requested',
      '~ restart-service a-worker: requested',
      '> wait-until-ready a-worker: will be restarted',
    ]);
  });

  it('restarts the coordinator only after all workers left it', () => {
    const { operations } = planRestart({ ...running, host: 'box1', services: [], ownCoordinator: true });
    const coordinator = operations.find(({ id }) => id === 'restart-service coordinator');
    expect(coordinator?.after).toEqual(['drain-worker a-worker', 'drain-worker c-worker']);
  });

  it('waits for the ready workers if the coordinator restarts', () => {
    expect(
      text(withContainer(running, 'c-worker', { state: 'exited', worker: null }), 'coordinator'),
    ).toEqual([
      '~ restart-service coordinator: requested',
      '> wait-until-ready a-worker: the coordinator will be restarted',
    ]);
  });

  it('starts a stopped container, and does not wait for a worker with stopped engines', () => {
    const stopped = withContainer(running, 'a-one', { state: 'exited' });
    expect(text(stopped, 'a-one')).toContain('~ restart-service a-one: requested; it exited');
    expect(text(stopped, 'a-worker')).toEqual([
      '> drain-worker a-worker: will be restarted',
      '~ restart-service a-worker: requested',
    ]);
  });

  it('does not wait for a worker without a coordinator', () => {
    expect(text(withContainer(running, 'coordinator', { state: 'exited' }), 'a-worker')).toEqual([
      '> drain-worker a-worker: will be restarted',
      '~ restart-service a-worker: requested',
    ]);
  });

  it('waits for a worker that uses an external coordinator', () => {
    const containers = running.containers.filter(({ role }) => role !== 'coordinator');
    const plan = planRestart({ host: 'box1', services: ['a-worker'], ownCoordinator: false, containers });
    expect(planText(plan)).toContain('> wait-until-ready a-worker: will be restarted');
  });

  it('waits for the models of a worker that was stopped', () => {
    const stopped = withContainer(running, 'a-worker', { state: 'exited' });
    expect(text(stopped, 'a-worker')).toContain('> wait-for-models a-worker: its engines need the models');
  });

  it('waits for the models of a worker that was downloading', () => {
    const fetching = { state: 'downloading', failure: null } as const;
    expect(text(withContainer(running, 'a-worker', { worker: fetching }), 'a-worker')).toEqual([
      '> drain-worker a-worker: will be restarted',
      '~ restart-service a-worker: requested',
      '> wait-for-models a-worker: its engines need the models',
      '> wait-until-ready a-worker: will be restarted',
    ]);
  });

  it('does nothing for a service without a container', () => {
    expect(text(running, 'b-two')).toEqual(['nothing to do']);
    expect(text({ containers: [] })).toEqual(['nothing to do']);
  });
});
