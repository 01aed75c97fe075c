import { describe, expect, it } from 'vitest';
import { assignProfiles } from '../../../src/core/hosts/assign-profiles.ts';
import type { AssignRequest } from '../../../src/core/hosts/assign-types.ts';
import { explainAssignment } from '../../../src/core/hosts/explain-assignment.ts';
import {
  applied,
  assignRequest,
  hostWith,
  lostHost,
  otherHost,
  placementOf,
} from '../../helpers/builders/assign-builders.ts';

/** Returns the reasons by profile: `+` for its hosts, `-` for the others. */
function explained(request: AssignRequest): Readonly<Record<string, readonly string[]>> {
  const profiles = explainAssignment(request, assignProfiles(request));
  return Object.fromEntries(
    profiles.map(({ profile, hosts, rejected }) => [
      profile,
      [
        ...hosts.map(({ host, why }) => `+ ${host} ${why}`),
        ...rejected.map(({ host, why }) => `- ${host} ${why}`),
      ],
    ]),
  );
}

describe('the reasons for the hosts of profiles', () => {
  it('are settings, hosts that cannot change, and missing GPU memory', () => {
    const hosts = [
      hostWith('fits', { gpus: [24], labels: { rack: 'r1' } }),
      hostWith('full', { gpus: [4], labels: { rack: 'r1' } }),
      hostWith('label', { gpus: [80] }),
      { ...lostHost('lost'), labels: { rack: 'r1' } },
      { ...otherHost('other'), labels: { rack: 'r1' } },
    ];
    const placement = { p: placementOf({ labels: { rack: 'r1' } }) };
    const { p } = explained(assignRequest({ p: [16] }, hosts, { placement }));
    expect(p).toEqual([
      '+ fits new',
      expect.stringMatching(/^- full p-llm needs 16\.0 GiB/),
      '- label has no label rack=r1',
      '- lost does not respond',
      '- other is not selected',
    ]);
  });

  it('are the other profiles of a host, if it has room for one of them only', () => {
    const hosts = [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [24] })];
    const reasons = explained(assignRequest({ p: [16], q: [16] }, hosts));
    expect(reasons['q']?.[1]).toMatch(/^- a no room next to p: /);
  });

  it('are better variants elsewhere', () => {
    const hosts = [hostWith('a', { gpus: [10] }), hostWith('b', { gpus: [24] })];
    expect(explained(assignRequest({ p: [16, 8] }, hosts))['p']).toEqual([
      '+ b new',
      '- a also fits; p would run as v1 there, and as v0 on b',
    ]);
  });

  it('are the strategy, and at last the name', () => {
    const spread = explained(
      assignRequest({ p: [8], q: [2] }, [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [16] })]),
    );
    expect(spread['p']).toEqual(['+ a new', '- b also fits; it has 1 other profile, a has 0']);
    expect(spread['q']).toEqual(['+ b new', '- a also fits; it has 1 other profile, b has 0']);
    const pack = explained(
      assignRequest({ p: [8] }, [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [16] })], {
        placement: { p: placementOf({ strategy: 'pack' }) },
      }),
    );
    expect(pack['p']).toEqual([
      '+ b new',
      '- a also fits; it has 24.0 GiB of GPU memory free, b has 16.0 GiB',
    ]);
    const equal = explained(
      assignRequest({ p: [8] }, [hostWith('b', { gpus: [24] }), hostWith('a', { gpus: [24] })]),
    );
    expect(equal['p']).toEqual(['+ a new', '- b also fits; equal to a, which is first by name']);
  });

  it('are GPUs that a profile on the CPU does not need', () => {
    const hosts = [hostWith('a', { gpus: [24] }), hostWith('b')];
    expect(explained(assignRequest({ p: [0] }, hosts))['p']).toEqual([
      '+ b new',
      '- a also fits; it has GPUs, which the profile does not need',
    ]);
  });

  it('are where it runs already, and why it leaves', () => {
    const first = assignRequest({ p: [8] }, [hostWith('a', { gpus: [24] }), hostWith('b', { gpus: [80] })], {
      placement: { p: placementOf({ hosts: ['a'] }) },
    });
    const running = applied(first, assignProfiles(first));
    expect(explained({ ...running, placement: {} })['p']).toEqual([
      '+ a already runs it',
      '- b also fits; the profile already runs on a',
    ]);
    expect(explained({ ...running, placement: { p: placementOf({ hosts: ['b'] }) } })['p']).toEqual([
      '+ b new',
      '- a removed: it is not one of b, as placement.p requires',
    ]);
  });

  it('name each host once for each profile', () => {
    const hosts = ['a', 'b', 'c'].map((name) => hostWith(name, { gpus: [24] }));
    const request = assignRequest({ p: [8], q: [20], r: [0] }, hosts, {
      placement: { p: placementOf({ replicas: 2 }), r: placementOf({ replicas: 'all' }) },
    });
    for (const { hosts: chosen, rejected } of explainAssignment(request, assignProfiles(request))) {
      expect([...chosen, ...rejected].map(({ host }) => host).sort()).toEqual(['a', 'b', 'c']);
    }
  });
});
