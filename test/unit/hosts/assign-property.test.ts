import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/core/domain/gpu.ts';
import type { ServicePlacement } from '../../../src/core/domain/placement.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { assignProfiles } from '../../../src/core/hosts/assign-profiles.ts';
import type { AssignableHost, AssignRequest, HostAssignment } from '../../../src/core/hosts/assign-types.ts';
import { type Choices, placeProject } from '../../../src/core/placement/place-project.ts';
import { projectGpus } from '../../../src/core/placement/project-gpus.ts';
import {
  applied,
  assignRequest,
  hostWith,
  lostHost,
  otherHost,
  placementOf,
} from '../../helpers/builders/assign-builders.ts';

const HOSTS = ['a', 'b', 'c', 'd'];

const sizes = fc
  .array(fc.array(fc.integer({ min: 0, max: 24 }), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => Object.fromEntries(list.map((variants, at) => [`p${at}`, variants])));

const gpus = fc.array(fc.constantFrom(8, 16, 24), { maxLength: 3 });
const hosts = fc
  .array(gpus, { minLength: 1, maxLength: 3 })
  .map((list) => list.map((each, at) => hostWith(HOSTS[at] ?? '', { gpus: each })));

const placement = fc.dictionary(
  fc.constantFrom('p0', 'p1', 'p2'),
  fc.record({
    replicas: fc.constantFrom<number | 'all'>(1, 1, 2, 'all'),
    hosts: fc.constantFrom<readonly string[]>([], [], ['a'], ['a', 'b']),
    strategy: fc.constantFrom('spread' as const, 'pack' as const),
  }),
);

const requests = fc
  .record({ sizes, hosts, placement })
  .map(({ sizes: some, hosts: all, placement: each }) => {
    const entries = Object.entries(each).map(([name, over]) => [name, placementOf(over)] as const);
    return assignRequest(some, all, { placement: Object.fromEntries(entries) });
  });

/** Returns the assignment; null when there is none. */
function attempt(request: AssignRequest): HostAssignment | null {
  try {
    return assignProfiles(request);
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

/** Checks what holds after the requests that can be assigned. */
function forAssigned(check: (request: AssignRequest, found: HostAssignment) => void): void {
  fc.assert(
    fc.property(requests, (request) => {
      const found = attempt(request);
      if (found !== null) check(request, found);
    }),
    { numRuns: 40 },
  );
}

const replaceHost = (request: AssignRequest, host: AssignableHost): AssignRequest => ({
  ...request,
  hosts: request.hosts.map((each) => (each.name === host.name ? host : each)),
});

describe('an assignment', () => {
  it('[req R24] never reserves more of a GPU than it has, and agrees with the placement of each host', () => {
    forAssigned((request, found) => {
      for (const host of request.hosts) {
        const set = found.profiles.get(host.name) ?? [];
        const round = found.rounds.get(host.name);
        expect(round?.placed ?? null).toEqual(set.length === 0 ? null : placedAlone(request, host, set));
        for (const { memory, uuid } of gpusOf(host))
          expect(reservedOn(uuid, round?.placed.services ?? [])).toBeLessThanOrEqual(
            (memory.totalBytes ?? 0) - 300 * 2 ** 20,
          );
      }
    });
  });

  it('runs each profile on as many different hosts as requested, and only on those that match', () => {
    forAssigned((request, found) => {
      for (const profile of request.profiles) {
        const { replicas = 1, hosts: names = [] } = request.placement[profile] ?? {};
        const on = request.hosts.filter(({ name }) => found.profiles.get(name)?.includes(profile));
        if (replicas === 'all') expect(on.length).toBeGreaterThan(0);
        else expect(on).toHaveLength(replicas);
        expect(on.every(({ name }) => names.length === 0 || names.includes(name))).toBe(true);
      }
    });
  });

  it('changes nothing when it is repeated with everything running', () => {
    forAssigned((request, found) => {
      const again = assignProfiles(applied(request, found));
      expect(again.profiles).toEqual(found.profiles);
      expect(again.leaving.size).toBe(0);
      expect(again.notes).toEqual([]);
      for (const [name, { placed }] of found.rounds)
        expect(again.rounds.get(name)?.placed.services).toEqual(placed.services);
    });
  });

  it('does not depend on the order of the hosts', () => {
    forAssigned((request, found) => {
      const turned = assignProfiles({ ...request, hosts: request.hosts.toReversed() });
      expect(new Map([...turned.profiles].sort())).toEqual(new Map([...found.profiles].sort()));
    });
  });

  it('moves nothing when a host is added', () => {
    forAssigned((request, found) => {
      const { hosts: now, ...rest } = applied(request, found);
      const more = assignProfiles({ ...rest, hosts: [...now, hostWith('d', { gpus: [48, 48] })] });
      for (const { name } of now) expect(more.profiles.get(name)).toEqual(found.profiles.get(name));
    });
  });

  it('changes nothing while a host does not respond, and moves only its own profiles when they are placed again', () => {
    forAssigned((request, found) => {
      const running = applied(request, found);
      const lost = replaceHost(running, lostHost('a', found.profiles.get('a') ?? []));
      const kept = assignProfiles(lost);
      for (const { name } of running.hosts)
        expect(kept.profiles.get(name)).toEqual(
          expect.arrayContaining([...(found.profiles.get(name) ?? [])]),
        );
      expect(kept.profiles.get('a')).toEqual(found.profiles.get('a'));
      const again = attempt({ ...lost, replanLost: true });
      if (again === null) return;
      for (const { name } of running.hosts.filter((each) => each.name !== 'a')) {
        const before = found.profiles.get(name) ?? [];
        const now = again.profiles.get(name) ?? [];
        expect(now).toEqual(expect.arrayContaining([...before]));
        const added = now.filter((profile) => !before.includes(profile));
        expect(added.every((profile) => found.profiles.get('a')?.includes(profile))).toBe(true);
      }
    });
  });

  it('gives nothing to hosts that are not selected', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const found = attempt(replaceHost(request, otherHost('a', ['p0'])));
        if (found !== null) expect(found.profiles.get('a')).toEqual(['p0']);
      }),
    );
  });

  it('exists if brute force finds one, with variants that are as good in total', () => {
    fc.assert(
      fc.property(sizes, hosts, (some, all) => {
        const request = assignRequest(some, all);
        const found = attempt(request);
        expect(found === null ? null : lossOf(request, found)).toBe(leastLoss(request));
      }),
      { numRuns: 40 },
    );
  });
});

function gpusOf({ state }: AssignableHost): readonly Gpu[] {
  return state.kind === 'observed' ? state.snapshot.gpus.gpus : [];
}

function reservedOn(uuid: string, services: readonly ServicePlacement[]): number {
  const here = services.filter(({ devices }) => devices.some((device) => device.uuid === uuid));
  return here.reduce((sum, { bytesPerGpu }) => sum + bytesPerGpu, 0);
}

/** Places the profiles of one host as its own plan does. */
function placedAlone(request: AssignRequest, host: AssignableHost, profiles: readonly string[]) {
  if (host.state.kind !== 'observed') throw new Error('not observed');
  const { config, serviceNames, snapshot } = host.state;
  const { catalog, project, named, resolved } = request;
  const gpuUser = { project, settings: config.gpu, catalog, profiles, named, serviceNames };
  const gpus = projectGpus(gpuUser, snapshot);
  let choices: Choices = { profiles, replaced: [], variants: new Map() };
  for (;;) {
    const round = placeProject({ config, catalog, named, serviceNames, gpus, resolved }, choices);
    if (round.isStable) return round.placed;
    choices = round.choices;
  }
}

function lossOf(request: AssignRequest, { rounds }: HostAssignment): number {
  return [...rounds.values()].reduce(
    (sum, { choices }) => sum + lossOfVariants(request, choices.variants),
    0,
  );
}

function lossOfVariants({ catalog }: AssignRequest, variants: ReadonlyMap<string, string>): number {
  return [...variants].reduce((sum, [profile, variant]) => {
    const known = catalog.profiles.get(profile)?.variants ?? [];
    return sum + known.findIndex(({ name }) => name === variant);
  }, 0);
}

/** Returns the least loss over all assignments of one host to each profile; null when none fits. */
function leastLoss(request: AssignRequest): number | null {
  let least: number | null = null;
  const count = request.hosts.length ** request.profiles.length;
  for (let code = 0; code < count; code += 1) {
    const loss = request.hosts.reduce<number | null>((sum, host, at) => {
      const set = request.profiles.filter(
        (_, index) => Math.floor(code / request.hosts.length ** index) % request.hosts.length === at,
      );
      if (sum === null || set.length === 0) return sum;
      const placed = placedOrNull(request, host, set);
      return placed === null ? null : sum + lossOfVariants(request, placed.variants);
    }, 0);
    if (loss !== null && (least === null || loss < least)) least = loss;
  }
  return least;
}

function placedOrNull(request: AssignRequest, host: AssignableHost, set: readonly string[]) {
  try {
    return placedAlone(request, host, set);
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}
