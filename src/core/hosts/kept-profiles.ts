import type { AssignableHost, AssignRequest } from './assign-types.ts';
import { mismatch, placementOf } from './matching-hosts.ts';

/** What runs now, host by host, by what becomes of it. */
export interface KeptProfiles {
  /** host → profiles that stay, in the order of the project; has every host */
  readonly staying: ReadonlyMap<string, readonly string[]>;
  /** host → profiles that leave it */
  readonly leaving: ReadonlyMap<string, readonly string[]>;
  /** why profiles leave */
  readonly notes: readonly string[];
}

/** A profile that leaves a host. */
interface Leave {
  readonly host: string;
  readonly profile: string;
  readonly why: string;
}

/**
 * Returns which running profiles stay where they are by the settings: all that the command does not act on, and those that match
 * their placement, up to the number of replicas. Those of a host that does not respond or is not selected count first.
 */
export function keptProfiles(request: AssignRequest): KeptProfiles {
  const leaves = request.profiles.flatMap((profile) => leavesOf(request, profile));
  const leaving = new Map<string, readonly string[]>();
  for (const { host, profile } of leaves) leaving.set(host, [...(leaving.get(host) ?? []), profile]);
  const staying = request.hosts.map((host) => {
    const gone = leaving.get(host.name) ?? [];
    const stays = request.profiles.filter((name) => runsOn(request, host, name) && !gone.includes(name));
    return [host.name, stays] as const;
  });
  return {
    staying: new Map(staying),
    leaving,
    notes: leaves.map(({ host, profile, why }) => `profile ${profile} leaves host ${host}: ${why}`),
  };
}

/** Returns whether nothing of the profile may change, because the command acts on others only. */
export function isOutOfScope({ named }: Pick<AssignRequest, 'named'>, profile: string): boolean {
  return named.length > 0 && !named.includes(profile);
}

function leavesOf(request: AssignRequest, profile: string): readonly Leave[] {
  const leave = ({ name }: AssignableHost, why: string): Leave => ({ host: name, profile, why });
  const running = request.hosts.filter((host) => runsOn(request, host, profile));
  const isLost = ({ state }: AssignableHost): boolean => request.replanLost && state.kind === 'unreachable';
  const lost = running.filter(isLost).map((host) => leave(host, 'it does not respond'));
  if (isOutOfScope(request, profile)) return lost;
  const placement = placementOf(request, profile);
  const responding = running.filter((host) => !isLost(host));
  const excluded = responding.flatMap((host) => {
    const why = mismatch(host, placement);
    return why === null ? [] : [leave(host, `it ${why}, as placement.${profile} requires`)];
  });
  const matching = responding.filter((host) => mismatch(host, placement) === null);
  const observed = matching.filter(({ state }) => state.kind === 'observed');
  const { replicas } = placement;
  const unchanged = matching.length - observed.length;
  const room = replicas === 'all' ? observed.length : Math.max(0, replicas - unchanged);
  const surplus = observed
    .toSorted((a, b) => rank(a, profile) - rank(b, profile) || (a.name < b.name ? -1 : 1))
    .slice(room)
    .map((host) => leave(host, `${replicas === 1 ? '1 host is' : `${replicas} hosts are`} enough`));
  return [...lost, ...excluded, ...surplus];
}

/** Hosts of the last plan keep the profile rather than others where its containers exist. */
function rank({ runs }: AssignableHost, profile: string): number {
  return runs.includes(profile) ? 0 : 1;
}

/** Returns whether a host runs the profile, by the last plan or by its containers. */
export function runsOn(
  { project }: AssignRequest,
  { runs, state }: AssignableHost,
  profile: string,
): boolean {
  if (runs.includes(profile) || state.kind !== 'observed') return runs.includes(profile);
  return state.snapshot.allContainers.some((each) => each.project === project && each.profile === profile);
}
