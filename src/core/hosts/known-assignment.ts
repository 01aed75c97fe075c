import type { AssignmentRecord } from '../domain/assignment-record.ts';
import type { ProjectState } from '../profile/project-state.ts';

/** The newest entry of one host. */
export interface KnownProfiles {
  readonly profiles: readonly string[];
  /** those that `--profile` added */
  readonly added: readonly string[];
  readonly revision: number;
}

type Recorded = Pick<ProjectState, 'profiles' | 'assigned' | 'revisions'>;

/**
 * Returns the profiles of each host by the last plan: of the state files that were read, the newest entry counts, for a host that
 * did not respond misses later plans. Entries without a revision are those of the host itself, else of all others.
 * @param states host → its state file
 */
export function knownAssignment(
  hosts: readonly string[],
  states: ReadonlyMap<string, Recorded>,
): ReadonlyMap<string, KnownProfiles> {
  return new Map(hosts.map((host) => [host, newest(host, states)]));
}

function newest(host: string, states: ReadonlyMap<string, Recorded>): KnownProfiles {
  const entries = [...states].map(([name, state]) => ({
    isOwn: name === host,
    ...entryOf(host, name, state),
  }));
  const revision = Math.max(0, ...entries.map((each) => each.revision));
  const latest = entries.filter((each) => each.revision === revision);
  const own = latest.filter(({ isOwn }) => isOwn);
  const chosen = own.length > 0 ? own : latest;
  const profiles = unique(chosen.flatMap((each) => each.profiles));
  return { profiles, added: unique(chosen.flatMap((each) => each.added)), revision };
}

function entryOf(host: string, name: string, { profiles, assigned, revisions }: Recorded): KnownProfiles {
  // the host was the only one of the project until now
  if (assigned === undefined) {
    const own = name === host ? profiles : [];
    return { profiles: own, added: own, revision: 0 };
  }
  const entry = assigned[host] ?? [];
  return {
    profiles: entry,
    added: entry.filter((profile) => profiles.includes(profile)),
    revision: revisions?.[host] ?? 0,
  };
}

/**
 * Returns the record of a new plan. An entry that changes has a higher revision than all that are known.
 * @param next host → its profiles from now on; absent: as before
 */
export function nextRecord(
  known: ReadonlyMap<string, KnownProfiles>,
  next: ReadonlyMap<string, readonly string[]>,
  added: readonly string[],
): AssignmentRecord {
  const entries = [...known].map(([host, before]) => {
    const profiles = next.get(host) ?? before.profiles;
    const isSame = profiles.join() === before.profiles.join();
    return [host, { profiles, revision: isSame ? before.revision : before.revision + 1 }] as const;
  });
  return {
    assigned: Object.fromEntries(entries.map(([host, { profiles }]) => [host, profiles])),
    revisions: Object.fromEntries(
      entries.flatMap(([host, { revision }]) => (revision === 0 ? [] : [[host, revision]])),
    ),
    added,
  };
}

/**
 * Returns the state of an earlier plan of a host, as it is applied again: the profiles of the other hosts are those of today.
 * @param now its current state
 */
export function rolledBackState(host: string, past: ProjectState, now: Recorded): ProjectState {
  if (past.assigned === undefined || now.assigned === undefined) return past;
  const known = knownAssignment(Object.keys(now.assigned), new Map([[host, now]]));
  const added = unique([...now.profiles, ...past.profiles]);
  const record = nextRecord(known, new Map([[host, past.assigned[host] ?? []]]), added);
  return { ...past, profiles: added, assigned: record.assigned, revisions: record.revisions };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
