import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { type DownInput, planDown } from '../../../src/core/plan/plan-down.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { withContainer } from '../../helpers/builders/plan-builders.ts';
import { desiredProfiles, runningProfiles } from '../../helpers/builders/three-profiles.ts';

const running = runningProfiles(desiredProfiles('a', 'b', 'c'), 'a', 'b', 'c');
const planOf = ({ containers }: Pick<Observed, 'containers'>, over: Partial<DownInput> = {}) =>
  planDown({
    host: 'box1',
    project: 'demo',
    profiles: null,
    containers,
    hasNetwork: true,
    secrets: '/srv/demo/.rma/secrets',
    stateFile: null,
    ...over,
  });
const text = (observed: Pick<Observed, 'containers'>, over: Partial<DownInput> = {}) =>
  planText(planOf(observed, over)).trimEnd().split('\n');

describe('planDown', () => {
  it('drains and removes workers, then engines, the coordinator and what remains of the project', () => {
    expect(text(runningProfiles(desiredProfiles('a'), 'a'))).toEqual([
      '> drain-worker a-worker: will be removed',
      '- remove-service a-worker: profile a is being removed',
      '- remove-service a-one: profile a is being removed',
      '- remove-service coordinator: no workers remain',
      '- remove-network demo: no services remain',
      '- remove-secrets /srv/demo/.rma/secrets: no services remain',
    ]);
  });

  it('keeps an engine that another worker uses, the coordinator, the network and the secrets', () => {
    expect(text(running, { profiles: ['c'], stateFile: '/srv/demo/.rma/state.json' })).toEqual([
      '> drain-worker c-worker: will be removed',
      '- remove-service c-worker: profile c is being removed',
      '- remove-service c-three: profile c is being removed',
      '~ write-file /srv/demo/.rma/state.json: the project no longer has these profiles',
    ]);
  });

  it('removes a shared engine with the last worker that uses it', () => {
    const onlyB = text(running, { profiles: ['a', 'c'] });
    expect(onlyB.filter((line) => line.includes('a-one'))).toEqual([
      '- remove-service a-one: profile a is being removed',
    ]);
    expect(onlyB.filter((line) => /coordinator|network|secrets/.test(line))).toEqual([]);
  });

  it('drains only running workers', () => {
    const stopped = withContainer(running, 'a-worker', { state: 'exited', worker: null });
    expect(text(stopped, { profiles: ['a'] })).toEqual([
      '- remove-service a-worker: profile a is being removed',
    ]);
  });

  it('removes leftovers of an interrupted down, and is empty after a complete one', () => {
    expect(text({ containers: [] })).toEqual([
      '- remove-network demo: no services remain',
      '- remove-secrets /srv/demo/.rma/secrets: no services remain',
    ]);
    expect(text({ containers: [] }, { hasNetwork: false, secrets: null })).toEqual(['nothing to do']);
  });

  it('removes an engine after its workers, and leftovers last', () => {
    const edges = Object.fromEntries(planOf(running).operations.map(({ id, after }) => [id, after]));
    expect(edges).toMatchObject({
      'remove-service a-one': ['remove-service a-worker', 'remove-service c-worker'],
      'remove-service b-two': ['remove-service b-worker'],
      'remove-service coordinator': [
        'remove-service a-worker',
        'remove-service b-worker',
        'remove-service c-worker',
      ],
    });
    expect(edges['remove-network demo']).toContain('remove-service coordinator');
  });
});
