import type { StoreNeeds } from '../domain/fetch-request.ts';

/** The worker that a record of needs belongs to. */
export type NeedsOwner = Pick<StoreNeeds, 'host' | 'project'>;

/**
 * Returns what the name of a record begins with, before `PROFILE.json`. `a-b` and `c` join to the same text as `a` and `b-c`:
 * such a host is separated by `@`, which no host name contains.
 */
export function needsPrefix(owner: NeedsOwner): string {
  const joined = joinedPrefix(owner);
  return joined.split('-').length > 2 ? `${owner.host}@${owner.project}.` : joined;
}

/** Returns what the names of all records begin with that earlier versions wrote. */
export function joinedPrefix({ host, project }: NeedsOwner): string {
  return `${host}-${project}.`;
}
