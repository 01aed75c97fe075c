import { RmaError } from '../errors.ts';
import type { PlacementRound } from '../placement/place-project.ts';
import type { AssignableHost, AssignRequest, HostAssignment } from './assign-types.ts';
import { checkPlacement } from './check-placement.ts';
import type { HostRoom } from './host-room.ts';
import { hostRooms } from './host-rooms.ts';
import { isOutOfScope, type KeptProfiles, keptProfiles } from './kept-profiles.ts';
import { mismatch, placementOf } from './matching-hosts.ts';
import { noHost, noMatch } from './not-assigned.ts';
import { type HostSets, type HostsOutcome, type Slot, searchHosts } from './search-hosts.ts';

/**
 * Decides which hosts run which profiles. What runs stays where it is while it matches the settings and fits; a host that does not
 * answer keeps its profiles. Then, in this order: every profile has its hosts, nothing that runs moves, the best variants, the
 * strategy of each profile. A host decides as `placeProject`, so its own plan agrees. The same input gives the same result,
 * whatever the order of the hosts.
 * @throws RmaError RMA_HOSTS_NO_FIT (5), RMA_HOSTS_NO_MATCH, RMA_PLACEMENT_UNKNOWN, RMA_PROFILE_UNKNOWN, RMA_GPU_UNKNOWN, RMA_GPU_AMBIGUOUS (2)
 */
export function assignProfiles(request: AssignRequest): HostAssignment {
  const { placement, hosts, catalog } = request;
  checkPlacement({ placement, hosts, profiles: [...catalog.profiles.keys()].sort() });
  const sorted = { ...request, hosts: request.hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  const { kept, rooms } = keptThatFits(sorted, keptProfiles(sorted));
  const sets = withEverywhere({ request: sorted, rooms, kept });
  const slots = slotsOf({ request: sorted, rooms, kept: { ...kept, staying: sets } });
  return finish({ request: sorted, rooms, kept, sets, slots });
}

interface Step {
  readonly request: AssignRequest;
  readonly rooms: ReadonlyMap<string, HostRoom>;
  readonly kept: KeptProfiles;
}

/** Lets profiles leave that no longer fit next to those before them. What is out of scope stays, and its plan reports it. */
function keptThatFits(request: AssignRequest, kept: KeptProfiles): Omit<Step, 'request'> {
  const rooms = hostRooms(request, kept.leaving);
  const staying = new Map(kept.staying);
  const leaving = new Map(kept.leaving);
  const notes = [...kept.notes];
  for (const room of rooms.values()) {
    const set = staying.get(room.name) ?? [];
    const fixed = set.filter((profile) => isOutOfScope(request, profile));
    if (room.fit(set) !== null || room.fit(fixed) === null) continue;
    let fitting = fixed;
    for (const profile of set) {
      const more = set.filter((each) => fitting.includes(each) || each === profile);
      if (room.fit(more) !== null) fitting = more;
    }
    const gone = set.filter((profile) => !fitting.includes(profile));
    staying.set(room.name, fitting);
    leaving.set(room.name, [...(leaving.get(room.name) ?? []), ...gone]);
    notes.push(
      ...gone.map((profile) => `profile ${profile} leaves host ${room.name}: it no longer fits there`),
    );
  }
  // what leaves still holds its GPUs
  const isSame = notes.length === kept.notes.length;
  return { kept: { staying, leaving, notes }, rooms: isSame ? rooms : hostRooms(request, leaving) };
}

/** Adds the profiles for every host that matches, where they fit next to those before them. */
function withEverywhere({ request, rooms, kept }: Step): HostSets {
  const sets = new Map(kept.staying);
  for (const profile of request.profiles) {
    if (placementOf(request, profile).replicas !== 'all') continue;
    for (const room of candidatesOf({ request, rooms, kept }, profile)) {
      const now = sets.get(room.name) ?? [];
      const more = request.profiles.filter((each) => each === profile || now.includes(each));
      if (room.fit(now) !== null && room.fit(more) !== null) sets.set(room.name, more);
    }
  }
  return sets;
}

/** Returns the observed hosts that match the placement of a profile, and that it does not run on or leaves. */
function candidatesOf({ request, rooms, kept }: Step, profile: string): readonly HostRoom[] {
  const placement = placementOf(request, profile);
  return request.hosts.flatMap((host) => {
    const has = [kept.staying, kept.leaving].some((each) => each.get(host.name)?.includes(profile));
    return has || mismatch(host, placement) !== null ? [] : (rooms.get(host.name) ?? []);
  });
}

/** Returns a slot for each replica without a host, the largest first: those are the hardest to place. */
function slotsOf(step: Step): readonly Slot[] {
  const { request, kept } = step;
  const slots = request.profiles.flatMap((profile) => {
    const { replicas, strategy } = placementOf(request, profile);
    const running = [...kept.staying.values()].filter((set) => set.includes(profile)).length;
    const missing = (replicas === 'all' ? 1 : replicas) - running;
    const candidates = candidatesOf(step, profile);
    const optional = request.hosts.some((host) => couldRun(request, host, profile));
    if (missing > candidates.length && !optional) throw noMatch(request, profile);
    const sizes = candidates.map((room) => room.gpuBytesOf(profile));
    const slot = { profile, strategy, candidates, optional, bytes: Math.max(0, ...sizes) };
    return Array.from({ length: Math.max(0, missing) }, () => slot);
  });
  return slots
    .toSorted((a, b) => b.bytes - a.bytes || a.candidates.length - b.candidates.length)
    .map(({ bytes, ...slot }) => ({ ...slot, usesGpus: bytes > 0 }));
}

/** Whether a host that does not respond, or is not selected, may run one more replica of the profile. */
function couldRun(request: AssignRequest, host: AssignableHost, profile: string): boolean {
  const isUnchanged = host.state.kind !== 'observed';
  const isFree = isUnchanged && !host.runs.includes(profile);
  return isFree && mismatch(host, placementOf(request, profile)) === null;
}

interface LastStep extends Step {
  readonly sets: HostSets;
  readonly slots: readonly Slot[];
}

/** Searches until the placement of each host agrees. */
function finish(step: LastStep): HostAssignment {
  const { request, rooms, kept, sets, slots } = step;
  for (;;) {
    const outcome = searchHosts({ slots, rooms, sets, order: request.profiles });
    if (!outcome.ok) throw noHost(request, outcome);
    const rounds = roundsOf(rooms, { before: kept.staying, after: outcome.sets });
    if (rounds !== null) return assignment(step, outcome, rounds);
  }
}

interface Change {
  readonly before: HostSets;
  readonly after: HostSets;
}

/** Returns the placement of each host; null when profiles that a host would get do not fit after all. */
function roundsOf(
  rooms: ReadonlyMap<string, HostRoom>,
  { before, after }: Change,
): ReadonlyMap<string, PlacementRound> | null {
  const rounds = new Map<string, PlacementRound>();
  for (const [name, room] of rooms) {
    const set = after.get(name) ?? [];
    if (set.length === 0) continue;
    try {
      rounds.set(name, room.round(set));
    } catch (error) {
      if (!(error instanceof RmaError)) throw error;
      // what runs there no longer fits: the plan of the host reports it
      if (before.get(name)?.join() === set.join()) continue;
      room.exclude(set);
      return null;
    }
  }
  return rounds;
}

function assignment(
  { request, kept }: LastStep,
  { sets, unplaced, gap }: Extract<HostsOutcome, { ok: true }>,
  rounds: ReadonlyMap<string, PlacementRound>,
): HostAssignment {
  const cut = `the search for hosts was cut short; variants may be better by ${gap} steps in total`;
  return {
    profiles: sets,
    leaving: kept.leaving,
    leftBehind: new Map(
      [...kept.leaving].filter(([name]) =>
        request.hosts.some((host) => host.name === name && host.state.kind !== 'observed'),
      ),
    ),
    rounds,
    unassigned: [...new Set(unplaced)].sort(),
    notes: [...kept.notes, ...(gap > 0 ? [cut] : [])],
  };
}
