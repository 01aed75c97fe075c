import { describe, expect, it } from 'vitest';
import type { ProfilePlacement } from '../../../src/core/domain/config.ts';
import type { EngineSpan } from '../../../src/core/domain/profile.ts';
import { assignGroups } from '../../../src/core/hosts/assign-groups.ts';
import type { AssignRequest } from '../../../src/core/hosts/assign-types.ts';
import {
  applied,
  assignRequest,
  hostWith,
  lostHost,
  otherHost,
  placementOf,
  type Sizes,
} from '../../helpers/builders/assign-builders.ts';
import { configOf, engineOf } from '../../helpers/builders/render-builders.ts';

const SPAN: EngineSpan = {
  network: 'bridge',
  port: 50052,
  ownImage: false,
  program: ['server'],
  command: [],
  headCommand: [],
  memberProgram: null,
  memberCommand: [],
  environment: {},
};

const spanning = (over: Partial<ProfilePlacement> = {}) => placementOf({ span: 'hosts', ...over });

/** Returns a request whose engine can run over hosts, and whose profile `big` may. */
function requestOf(
  sizes: Sizes,
  hosts: AssignRequest['hosts'],
  over: Partial<AssignRequest> = {},
): AssignRequest {
  const request = assignRequest(sizes, hosts, { placement: { big: spanning() }, ...over });
  const engines = new Map([['llm', engineOf('llm', { gpu: 'optional', sharesGpu: true, span: SPAN })]]);
  return { ...request, catalog: { ...request.catalog, engines } };
}

const three = () => ['c', 'b', 'a'].map((name) => hostWith(name, { gpus: [24] }));
const groupsOf = (request: AssignRequest) => Object.fromEntries(assignGroups(request).groups);
const failure = (request: AssignRequest) => {
  try {
    return assignGroups(request);
  } catch (error) {
    return error;
  }
};

describe('a profile that may span hosts', () => {
  it('runs alone where a variant fits on one host', () => {
    const request = requestOf({ big: [40, 20] }, three());
    expect(groupsOf(request)).toEqual({});
    expect(assignGroups(request).profiles.get('a')).toEqual(['big']);
  });

  it('runs on the fewest hosts together, in the order of their names, in the best variant that fits on them', () => {
    expect(groupsOf(requestOf({ big: [60, 44, 40] }, three()))).toEqual({
      big: { variant: 'v1', hosts: ['a', 'b'] },
    });
    expect(groupsOf(requestOf({ big: [60] }, three()))).toEqual({
      big: { variant: 'v0', hosts: ['a', 'b', 'c'] },
    });
  });

  it('reserves on each of them its part of the memory, next to other profiles', () => {
    const request = requestOf({ big: [40], small: [10] }, three());
    const { profiles, rounds } = assignGroups(request);
    expect(Object.fromEntries(profiles)).toEqual({ a: ['big'], b: ['big'], c: ['small'] });
    const bytes = rounds.get('b')?.placed.services[0]?.bytesPerGpu ?? 0;
    expect(Math.round(bytes / 2 ** 30)).toBe(20);
  });

  it('runs only on hosts that match its placement', () => {
    const placement = { big: spanning({ hosts: ['b', 'c'] }) };
    expect(groupsOf(requestOf({ big: [40] }, three(), { placement }))).toEqual({
      big: { variant: 'v0', hosts: ['b', 'c'] },
    });
    expect(failure(requestOf({ big: [60] }, three(), { placement }))).toMatchObject({
      code: 'RMA_HOSTS_NO_FIT',
      exitCode: 5,
      message: expect.stringMatching(
        /^profile big fits on no host: b: .*; nor does it fit on up to 2 hosts together$/,
      ),
    });
  });

  it('stays in its group while it fits, also where a host alone would do', () => {
    const request = requestOf({ big: [40] }, three());
    const first = assignGroups(request);
    const next = { ...applied(request, first), groups: first.groups };
    const more = { ...next, hosts: [hostWith('0', { gpus: [80] }), ...next.hosts] };
    expect(groupsOf(more)).toEqual({ big: { variant: 'v0', hosts: ['a', 'b'] } });
    expect(assignGroups(more).notes).toEqual([]);
  });

  it('leaves its group when it is not in the record of one, but on a host where it fits alone', () => {
    const request = requestOf({ big: [20] }, three());
    const both = request.hosts.map((host) => (host.name === 'c' ? host : { ...host, runs: ['big'] }));
    expect(assignGroups({ ...request, hosts: both }).profiles.get('a')).toEqual(['big']);
    expect(assignGroups({ ...request, hosts: both }).profiles.get('b')).toEqual([]);
  });

  it('keeps a host that does not respond, and takes another one only when told to', () => {
    const [c, b] = three();
    if (b === undefined || c === undefined) throw new Error('no hosts');
    const groups = new Map([['big', { variant: 'v0', hosts: ['a', 'b'] }]]);
    const hosts = [lostHost('a', ['big']), { ...b, runs: ['big'] }, c];
    expect(groupsOf(requestOf({ big: [40] }, hosts, { groups }))).toEqual({
      big: { variant: 'v0', hosts: ['a', 'b'] },
    });
    expect(groupsOf(requestOf({ big: [40] }, hosts, { groups, replanLost: true }))).toEqual({
      big: { variant: 'v0', hosts: ['b', 'c'] },
    });
  });

  it('waits for a host that is not selected where too few others are', () => {
    const hosts = [hostWith('a', { gpus: [24] }), otherHost('b')];
    const assignment = assignGroups(requestOf({ big: [40] }, hosts));
    expect(Object.fromEntries(assignment.groups)).toEqual({});
    expect(assignment.profiles.get('a')).toEqual([]);
    expect(assignment.unassigned).toEqual(['big']);
  });

  it('is preferred to the CPU worker', () => {
    const config = configOf({ project: 'demo', gpu: { ...configOf().gpu, use: 'auto' } });
    const hosts = ['a', 'b'].map((name) => hostWith(name, { gpus: [24], config }));
    expect(groupsOf(requestOf({ big: [40] }, hosts))).toEqual({ big: { variant: 'v0', hosts: ['a', 'b'] } });
  });

  it('is refused where no variant has one service with GPUs of an engine that runs over hosts', () => {
    const placement = { big: spanning({ where: 'rma.yaml:9:3' }) };
    expect(failure(assignRequest({ big: [40] }, three(), { placement }))).toMatchObject({
      code: 'RMA_PLACEMENT_SPAN',
      exitCode: 2,
      message: 'rma.yaml:9:3: placement.big.span: no variant can: engine llm runs on one host only',
    });
  });
});
