import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownAssignment, nextRecord, rolledBackState } from '../../../src/core/hosts/known-assignment.ts';
import { NO_STATE, type ProjectState } from '../../../src/core/profile/project-state.ts';

const stateOf = (over: Partial<ProjectState>): ProjectState => ({ ...NO_STATE, ...over });
const HOSTS = ['a', 'b', 'c'];

describe('the profiles that hosts run by the last plan', () => {
  it('are those of the newest entry, also for a host that recorded an older one itself', () => {
    const states = new Map([
      ['a', stateOf({ assigned: { a: ['p'], b: [] }, revisions: { a: 2 } })],
      ['b', stateOf({ profiles: ['p'], assigned: { a: [], b: ['p'] }, revisions: { a: 3, b: 1 } })],
    ]);
    expect(Object.fromEntries(knownAssignment(HOSTS, states))).toEqual({
      a: { profiles: [], added: [], revision: 3 },
      b: { profiles: ['p'], added: ['p'], revision: 1 },
      c: { profiles: [], added: [], revision: 0 },
    });
  });

  it('survive any order of plans in which some hosts do not respond', () => {
    const plan = fc.record({
      reached: fc.subarray(HOSTS, { minLength: 1 }),
      next: fc.dictionary(fc.constantFrom(...HOSTS), fc.subarray(['p', 'q'])),
    });
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 8 }), (plans) => {
        const states = new Map<string, ProjectState>(HOSTS.map((host) => [host, NO_STATE]));
        const truth = new Map<string, readonly string[]>(HOSTS.map((host) => [host, []]));
        for (const { reached, next } of plans) {
          const known = knownAssignment(
            HOSTS,
            new Map([...states].filter(([host]) => reached.includes(host))),
          );
          // a plan changes the hosts that respond
          const own = new Map(Object.entries(next).filter(([host]) => reached.includes(host)));
          for (const [host, profiles] of own) truth.set(host, profiles);
          const { assigned, revisions } = nextRecord(known, own, []);
          for (const host of reached) states.set(host, stateOf({ assigned, revisions }));
        }
        const known = knownAssignment(HOSTS, states);
        expect(new Map([...known].map(([host, { profiles }]) => [host, profiles]))).toEqual(truth);
      }),
    );
  });
});

describe('a state that is applied again', () => {
  const past = stateOf({ ports: { x: 1 }, assigned: { a: ['p'], b: ['q'] }, revisions: { a: 1, b: 1 } });

  it('is newer than the current one for its own host, and keeps what the others run', () => {
    const now = stateOf({ profiles: ['r'], assigned: { a: [], b: ['r'] }, revisions: { a: 5, b: 2 } });
    expect(rolledBackState('a', past, now)).toEqual({
      ...past,
      profiles: ['r'],
      assigned: { a: ['p'], b: ['r'] },
      revisions: { a: 6, b: 2 },
    });
  });

  it('is unchanged in a project with one host', () => {
    expect(rolledBackState('a', NO_STATE, stateOf({ profiles: ['r'] }))).toEqual(NO_STATE);
  });
});
