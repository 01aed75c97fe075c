import { listed } from '../placement/device-name.ts';
import { formatBytes } from '../units.ts';
import type { AssignableHost, AssignRequest, HostAssignment } from './assign-types.ts';
import type { Fit, HostRoom } from './host-room.ts';
import { hostRooms } from './host-rooms.ts';
import { isOutOfScope, runsOn } from './kept-profiles.ts';
import { mismatch, placementOf } from './matching-hosts.ts';
import { UNCHANGED, withoutStart } from './not-assigned.ts';

/** A host, and why it runs a profile or does not, to follow its name. */
export interface HostReason {
  readonly host: string;
  readonly why: string;
}

/** Where a profile runs from now on, and why not elsewhere. */
export interface ExplainedProfile {
  readonly profile: string;
  readonly hosts: readonly HostReason[];
  readonly rejected: readonly HostReason[];
}

/**
 * Returns for each profile why it runs on its hosts and not on the others, by the rules of `assignProfiles`: the settings, what runs,
 * the room, the variants, the strategy. Hosts in the order of their names.
 */
export function explainAssignment(
  request: AssignRequest,
  assignment: HostAssignment,
): readonly ExplainedProfile[] {
  const hosts = request.hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const parts: Parts = { request, assignment, rooms: hostRooms(request, assignment.leaving) };
  return request.profiles.map((profile) => {
    const has = ({ name }: AssignableHost): boolean => profilesOn(parts, name).includes(profile);
    const chosen = hosts.filter(has);
    const rejected = hosts.filter((host) => !has(host));
    return {
      profile,
      hosts: chosen.map((host) => ({ host: host.name, why: whyThere(parts, profile, host) })),
      rejected: rejected.map((host) => ({
        host: host.name,
        why: whyNot(parts, { profile, host, chosen }),
      })),
    };
  });
}

interface Parts {
  readonly request: AssignRequest;
  readonly assignment: HostAssignment;
  readonly rooms: ReadonlyMap<string, HostRoom>;
}

function profilesOn({ assignment }: Parts, host: string): readonly string[] {
  return assignment.profiles.get(host) ?? [];
}

function whyThere({ request }: Parts, profile: string, host: AssignableHost): string {
  const unchanged = UNCHANGED[host.state.kind];
  if (unchanged !== null) return `kept: the host ${unchanged}`;
  return runsOn(request, host, profile) ? 'already runs it' : 'new';
}

interface Rejected {
  readonly profile: string;
  readonly host: AssignableHost;
  /** hosts that run the profile from now on */
  readonly chosen: readonly AssignableHost[];
}

function whyNot(parts: Parts, { profile, host, chosen }: Rejected): string {
  const { request, assignment, rooms } = parts;
  const start = `profile ${profile} leaves host ${host.name}: `;
  const note = assignment.notes.find((text) => text.startsWith(start));
  if (note !== undefined) return `removed: ${note.slice(start.length)}`;
  const excluded = mismatch(host, placementOf(request, profile)) ?? UNCHANGED[host.state.kind];
  const room = rooms.get(host.name);
  if (excluded !== null || room === undefined) return excluded ?? UNCHANGED.unreachable;
  const misfit = misfitOf(parts, profile, room);
  if (misfit !== null) return misfit;
  if (isOutOfScope(request, profile)) return 'the command does not act on the profile';
  const started = chosen.filter((each) => !runsOn(request, each, profile));
  const reference = rooms.get(started.at(-1)?.name ?? '');
  if (reference !== undefined) return `also fits; ${disadvantage(parts, { profile, room, reference })}`;
  const names = chosen.map(({ name }) => name);
  return names.length === 0 ? 'also fits' : `also fits; the profile already runs on ${listed(names)}`;
}

/** Returns why the profile does not fit next to those of the host; null when it does. */
function misfitOf(parts: Parts, profile: string, room: HostRoom): string | null {
  const set = profilesOn(parts, room.name);
  const more = withProfile(parts, set, profile);
  if (room.fit(more) !== null) return null;
  const message = withoutStart(room.faultOf(more).message, `profile ${profile} does not fit: `);
  return room.fit([profile]) === null ? message : `no room next to ${listed(set)}: ${message}`;
}

interface Comparison {
  readonly profile: string;
  /** that could run it too */
  readonly room: HostRoom;
  /** that was chosen instead */
  readonly reference: HostRoom;
}

/** Returns the first criterion of the assignment by which the chosen host is better. */
function disadvantage(parts: Parts, { profile, room, reference }: Comparison): string {
  const own = candidateOf(parts, profile, room);
  const best = candidateOf(parts, profile, reference);
  if (own.moved > best.moved) return 'a running profile would move to another GPU';
  if (own.loss > best.loss) return variantText(profile, own, best);
  return strategyText(parts, profile, { own, best });
}

/** A host that fits the profile next to its other profiles. */
interface Candidate {
  readonly name: string;
  readonly hasGpus: boolean;
  /** other profiles */
  readonly others: number;
  /** without the profile, bytes */
  readonly freeGpuBytes: number;
  readonly freeRamBytes: number;
  readonly moved: number;
  readonly loss: number;
  readonly variant: string | undefined;
}

function candidateOf(parts: Parts, profile: string, room: HostRoom): Candidate {
  const others = profilesOn(parts, room.name).filter((each) => each !== profile);
  const before = room.fit(others);
  const after = room.fit(withProfile(parts, others, profile));
  const added = (pick: (fit: Fit) => number): number =>
    before === null || after === null ? 0 : pick(after) - pick(before);
  return {
    name: room.name,
    hasGpus: room.hasGpus,
    others: others.length,
    freeGpuBytes: before?.freeGpuBytes ?? 0,
    freeRamBytes: room.ramBytes ?? 0,
    moved: added(({ moved }) => moved),
    loss: added(({ loss }) => loss),
    variant: after?.variants.get(profile),
  };
}

function variantText(profile: string, own: Candidate, best: Candidate): string {
  const { variant } = own;
  if (variant === undefined || variant === best.variant) return 'other profiles would get smaller variants';
  return `${profile} would run as ${variant} there, and as ${best.variant ?? 'a better variant'} on ${best.name}`;
}

interface Candidates {
  readonly own: Candidate;
  readonly best: Candidate;
}

function strategyText(parts: Parts, profile: string, { own, best }: Candidates): string {
  const { request, rooms } = parts;
  const usesGpus = [...rooms.values()].some((room) => room.gpuBytesOf(profile) > 0);
  if (!usesGpus && own.hasGpus && !best.hasGpus) return 'it has GPUs, which the profile does not need';
  const isSpread = placementOf(request, profile).strategy === 'spread';
  const count = `${own.others} other ${own.others === 1 ? 'profile' : 'profiles'}, ${best.name} has ${best.others}`;
  const free = (candidate: Candidate): number => (usesGpus ? candidate.freeGpuBytes : candidate.freeRamBytes);
  const sizes = `${formatBytes(free(own))} of ${usesGpus ? 'GPU memory' : 'RAM'} free, ${best.name} has ${formatBytes(free(best))}`;
  const criteria = isSpread
    ? [
        { difference: own.others - best.others, text: count },
        { difference: free(best) - free(own), text: sizes },
      ]
    : [
        { difference: free(own) - free(best), text: sizes },
        { difference: best.others - own.others, text: count },
      ];
  const [decisive] = criteria.filter(({ difference }) => difference !== 0);
  if (decisive === undefined) return `equal to ${best.name}, which is first by name`;
  return decisive.difference > 0 ? `it has ${decisive.text}` : 'not chosen';
}

function withProfile({ request }: Parts, set: readonly string[], profile: string): readonly string[] {
  return request.profiles.filter((each) => each === profile || set.includes(each));
}
