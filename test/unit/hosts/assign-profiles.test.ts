import { describe, expect, it } from 'vitest';
import { assignProfiles } from '../../../src/core/hosts/assign-profiles.ts';
import type { AssignRequest } from '../../../src/core/hosts/assign-types.ts';
import {
  applied,
  assignRequest,
  hostWith,
  lostHost,
  otherHost,
  placementOf,
} from '../../helpers/builders/assign-builders.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const shown = (request: AssignRequest) =>
  Object.fromEntries([...assignProfiles(request).profiles].filter(([, profiles]) => profiles.length > 0));
const variantsOf = (request: AssignRequest) =>
  Object.fromEntries(
    [...assignProfiles(request).rounds.values()].flatMap(({ choices }) => [...choices.variants]),
  );
const failure = (request: AssignRequest) => {
  try {
    return assignProfiles(request);
  } catch (error) {
    return error;
  }
};

describe('new profiles', () => {
  it('are spread over hosts: the fewest profiles first, then the most free memory', () => {
    const hosts = [
      hostWith('a', { gpus: [24] }),
      hostWith('b', { gpus: [48] }),
      hostWith('c', { gpus: [24] }),
    ];
    expect(shown(assignRequest({ p: [10], q: [9], r: [8], s: [7] }, hosts))).toEqual({
      a: ['q'],
      b: ['p', 's'],
      c: ['r'],
    });
  });

  it('are packed on the fullest host that has room', () => {
    const hosts = [
      hostWith('a', { gpus: [48] }),
      hostWith('b', { gpus: [24] }),
      hostWith('c', { gpus: [24] }),
    ];
    const placement = { p: placementOf({ strategy: 'pack' }), q: placementOf({ strategy: 'pack' }) };
    expect(shown(assignRequest({ p: [10], q: [9] }, hosts, { placement }))).toEqual({ b: ['p', 'q'] });
  });

  it('run on a host where their best variant fits, whatever the strategy prefers', () => {
    const hosts = [hostWith('a', { gpus: [8, 8, 8, 8] }), hostWith('b', { gpus: [24] })];
    const request = assignRequest({ p: [20, 6], q: [3] }, hosts);
    expect(shown(request)).toEqual({ a: ['q'], b: ['p'] });
    expect(variantsOf(request)).toMatchObject({ p: 'v0' });
  });

  it('take the place of others if that is the only way for all to have one', () => {
    const hosts = [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [10] })];
    expect(shown(assignRequest({ small: [9], big: [20] }, hosts))).toEqual({ a: ['big'], b: ['small'] });
  });

  it('without GPUs run on hosts without GPUs first, then by RAM', () => {
    const hosts = [
      hostWith('a', { gpus: [24], memoryBytes: 512e9 }),
      hostWith('b', { memoryBytes: 32e9 }),
      hostWith('c', { memoryBytes: 64e9 }),
    ];
    expect(shown(assignRequest({ p: [0], q: [0], r: [0] }, hosts))).toEqual({ b: ['q'], c: ['p', 'r'] });
  });

  it('run on hosts that match names and labels', () => {
    const hosts = [
      hostWith('gpu1', { gpus: [24], labels: { room: 'east' } }),
      hostWith('gpu2', { gpus: [24], labels: { room: 'west' } }),
      hostWith('big', { gpus: [80] }),
    ];
    const placement = {
      p: placementOf({ hosts: ['gpu*'], labels: { room: 'w*' } }),
      q: placementOf({ hosts: ['gpu*'] }),
    };
    expect(shown(assignRequest({ p: [8], q: [8] }, hosts, { placement }))).toEqual({
      gpu1: ['q'],
      gpu2: ['p'],
    });
  });

  it('run as replicas on different hosts, on as many as requested or on all that have room', () => {
    const hosts = [
      hostWith('a', { gpus: [24] }),
      hostWith('b', { gpus: [24] }),
      hostWith('c', { gpus: [4] }),
      hostWith('d', { gpus: [24] }),
    ];
    const placement = { p: placementOf({ replicas: 'all' }), q: placementOf({ replicas: 2 }) };
    expect(shown(assignRequest({ p: [8], q: [8] }, hosts, { placement }))).toEqual({
      a: ['p', 'q'],
      b: ['p', 'q'],
      d: ['p'],
    });
  });

  it('use the CPU worker only if they fit on the GPUs of no host', () => {
    const config = configOf();
    const auto = { gpu: { ...config.gpu, use: 'auto' }, variants: {} } as const;
    const hosts = [hostWith('a', { config: auto }), hostWith('b', { gpus: [24], config: auto })];
    expect(shown(assignRequest({ p: [20] }, hosts))).toEqual({ b: ['p'] });
    const { profiles, rounds } = assignProfiles(assignRequest({ p: [40] }, hosts));
    expect(profiles.get('b')).toEqual(['p']);
    expect(rounds.get('b')?.choices.replaced).toMatchObject([{ profile: 'p', by: 'cpu-worker' }]);
  });
});

describe('running profiles', () => {
  const first = () => assignRequest({ p: [10], q: [9] }, [hostWith('a', { gpus: [24] }), hostWith('b')]);
  const running = () => applied(first(), assignProfiles(first()));

  it('stay where they run when another host would be better', () => {
    const request = running();
    const more = { ...request, hosts: [...request.hosts, hostWith('c', { gpus: [80, 80] })] };
    expect(shown(more)).toEqual({ a: ['p', 'q'] });
    expect(assignProfiles(more).notes).toEqual([]);
  });

  it('leave a host that their placement excludes', () => {
    const request = running();
    const placement = { q: placementOf({ hosts: ['c'] }) };
    const more = { ...request, placement, hosts: [...request.hosts, hostWith('c', { gpus: [24] })] };
    expect(shown(more)).toEqual({ a: ['p'], c: ['q'] });
    expect(assignProfiles(more)).toMatchObject({
      leaving: new Map([['a', ['q']]]),
      notes: ['profile q leaves host a: it is not one of c, as placement.q requires'],
    });
  });

  it('leave a host that no longer has room for them, the last ones first', () => {
    const request = running();
    const [a] = request.hosts;
    if (a?.state.kind !== 'observed') throw new Error('not observed');
    const shrunk = hostWith('a', { gpus: [12], runs: ['p', 'q'] });
    const more = { ...request, hosts: [shrunk, hostWith('c', { gpus: [24] })] };
    expect(shown(more)).toEqual({ a: ['p'], c: ['q'] });
    expect(assignProfiles(more).notes).toEqual(['profile q leaves host a: it no longer fits there']);
  });

  it('stay on a host that does not respond, unless they are to be placed again', () => {
    const hosts = [lostHost('a', ['p', 'q']), hostWith('b', { gpus: [48] })];
    const request = assignRequest({ p: [10], q: [9], r: [8] }, hosts);
    expect(shown(request)).toEqual({ a: ['p', 'q'], b: ['r'] });
    const again = { ...request, replanLost: true };
    expect(shown(again)).toEqual({ b: ['p', 'q', 'r'] });
    expect(assignProfiles(again).notes).toEqual([
      'profile p leaves host a: it does not respond',
      'profile q leaves host a: it does not respond',
    ]);
  });

  it('lose the surplus replicas', () => {
    const hosts = [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [24] })];
    const two = assignRequest({ p: [8] }, hosts, { placement: { p: placementOf({ replicas: 2 }) } });
    const fewer = { ...applied(two, assignProfiles(two)), placement: {} };
    expect(shown(fewer)).toEqual({ a: ['p'] });
    expect(assignProfiles(fewer).notes).toEqual(['profile p leaves host b: 1 host is enough']);
  });

  it('are unchanged, whatever their placement, when the command acts on others', () => {
    const request = running();
    const placement = { q: placementOf({ hosts: ['b'] }) };
    expect(shown({ ...request, placement, named: ['p'] })).toEqual({ a: ['p', 'q'] });
  });

  it('move on their host rather than a new profile being left out', () => {
    const hosts = [hostWith('a', { gpus: [10, 24] })];
    const one = assignRequest({ p: [9] }, hosts, { catalog: assignRequest({ p: [9], q: [20] }, []).catalog });
    const next = { ...applied(one, assignProfiles(one)), profiles: ['p', 'q'] };
    expect(shown(next)).toEqual({ a: ['p', 'q'] });
  });
});

describe('hosts that are not selected', () => {
  it('keep what they run and get nothing', () => {
    const hosts = [otherHost('a', ['p']), hostWith('b', { gpus: [24] })];
    expect(shown(assignRequest({ p: [8], q: [8] }, hosts))).toEqual({ a: ['p'], b: ['q'] });
  });

  it('leave a profile without a host that may run there only', () => {
    const hosts = [otherHost('a'), hostWith('b', { gpus: [24] })];
    const request = assignRequest({ p: [8], q: [8] }, hosts, {
      placement: { p: placementOf({ hosts: ['a'] }) },
    });
    expect(shown(request)).toEqual({ b: ['q'] });
    expect(assignProfiles(request).unassigned).toEqual(['p']);
  });
});

describe('a profile that no host can run', () => {
  it('is an error with the reason of each host', () => {
    const hosts = [hostWith('a', { gpus: [24] }), hostWith('b'), lostHost('c', ['q'])];
    const request = assignRequest({ p: [60], q: [9] }, hosts, {
      placement: { p: placementOf({ hosts: ['a', 'b'] }) },
    });
    expect(failure(request)).toMatchObject({
      code: 'RMA_HOSTS_NO_FIT',
      exitCode: 5,
      message: expect.stringContaining('profile p fits on no host: a: p-llm needs '),
      hint: expect.stringContaining('on host a: '),
      details: {
        profile: 'p',
        hosts: { a: expect.stringContaining('60.0 GiB'), b: expect.any(String), c: 'is not one of a, b' },
      },
    });
  });

  it('is an error when fewer hosts match than it needs', () => {
    const hosts = [hostWith('a', { gpus: [24], labels: { room: 'east' } }), hostWith('b', { gpus: [24] })];
    const placement = { p: placementOf({ replicas: 2, labels: { room: 'east' } }) };
    expect(failure(assignRequest({ p: [8] }, hosts, { placement }))).toMatchObject({
      code: 'RMA_HOSTS_NO_MATCH',
      exitCode: 2,
      message: 'profile p needs 2 hosts that match placement.p, but only a does',
      details: { hosts: { a: 'matches', b: 'has no label room=east' } },
    });
  });

  it('is left out with a warning when a host that does not respond may run it', () => {
    const hosts = [hostWith('a', { gpus: [8] }), lostHost('b')];
    const request = assignRequest({ p: [40], q: [6] }, hosts);
    expect(shown(request)).toEqual({ a: ['q'] });
    expect(assignProfiles(request).unassigned).toEqual(['p']);
  });
});
