import { RmaError } from '../errors.ts';
import { withoutModels } from '../profile/without-models.ts';
import { assignProfiles } from './assign-profiles.ts';
import type { AssignableHost, AssignedGroup, AssignRequest, HostAssignment } from './assign-types.ts';
import { hostRooms } from './host-rooms.ts';
import { mismatch, placementOf } from './matching-hosts.ts';
import { spanningProfiles, spanningVariants } from './spanning-variants.ts';

/** Which hosts run which profiles, some of them together. */
export interface GroupAssignment extends HostAssignment {
  /** profile → the hosts that run it together, sorted */
  readonly groups: ReadonlyMap<string, AssignedGroup>;
  /** with each group as so many replicas of one variant */
  readonly request: AssignRequest;
}

/**
 * Like `assignProfiles`, also for profiles with `span: hosts`: where no variant of one fits on a host alone, the fewest hosts run
 * the best variant together that fits on them. A group of the last plan stays while it fits.
 * @throws RmaError as assignProfiles; RMA_PLACEMENT_SPAN (2)
 */
export function assignGroups(request: AssignRequest): GroupAssignment {
  const spanning = spansHosts(request) ? spanningProfiles(request) : [];
  const all = spanning.map((profile) => [profile, attemptsOf(request, profile)] as const);
  const most = new Map(all.map(([profile, sizes]) => [profile, Math.max(...sizes.map(sizeOf))]));
  const attempts = new Map(
    all.map(([profile, each]) => [profile, each.filter((attempt) => mayFit(request, profile, attempt))]),
  );
  let fallback: GroupAssignment | null = null;
  let fault: RmaError | null = null;
  for (;;) {
    const chosen = new Map([...attempts].map(([profile, [first]]) => [profile, first ?? ALONE]));
    const found = tryGroups(request, chosen);
    if (!('error' in found) && found.open.length === 0) return found.assignment;
    if ('error' in found) fault ??= found.error;
    else fallback ??= found.assignment;
    if (!advance(attempts, 'error' in found ? [found.error.details?.['profile']] : found.open)) break;
  }
  if (fallback !== null) return fallback;
  throw fault === null ? new Error('no attempt failed') : withGroups(fault, most);
}

/** How a profile could run: alone, or one variant on so many hosts together. */
type Attempt = { readonly nodes: 1 } | { readonly nodes: number; readonly variant: string };

const ALONE: Attempt = { nodes: 1 };

function sizeOf({ nodes }: Attempt): number {
  return nodes;
}

/** GPUs are what hosts have too little of. */
function spansHosts({ hosts }: AssignRequest): boolean {
  return hosts.some(({ state }) => state.kind === 'observed' && state.config.gpu.use !== 'off');
}

/** Returns how a profile could run, the preferred way first. */
function attemptsOf(request: AssignRequest, profile: string): readonly Attempt[] {
  const { catalog } = withoutModels(request.catalog, new Set(request.resolved.missing.keys()));
  const all = spanningVariants({ ...request, catalog: request.catalog }, profile);
  const left = catalog.profiles.get(profile)?.variants.map(({ name }) => name) ?? [];
  const requested = requestedVariant(request, profile);
  const variants = all.filter((name) => left.includes(name) && (requested ?? name) === name);
  const placement = placementOf(request, profile);
  const most = request.hosts.filter((host) => mismatch(host, placement) === null).length;
  const running = request.groups?.get(profile);
  const stays = running !== undefined && variants.includes(running.variant);
  const sizes = Array.from({ length: Math.max(0, most - 1) }, (_, at) => at + 2);
  return [
    ...(stays ? [{ nodes: running.hosts.length, variant: running.variant }] : []),
    ALONE,
    ...sizes.flatMap((nodes) => variants.map((variant) => ({ nodes, variant }))),
  ];
}

/** Whether enough hosts have room for their part, without other profiles: without it, a whole assignment need not be tried. */
function mayFit(request: AssignRequest, profile: string, attempt: Attempt): boolean {
  if (!('variant' in attempt)) return true;
  const alone = withAttempts({ ...request, profiles: [profile] }, new Map([[profile, attempt]]));
  const rooms = hostRooms(alone, new Map());
  const placement = placementOf(request, profile);
  const able = request.hosts.filter((host) => {
    const room = rooms.get(host.name);
    // one that does not respond may have room
    return mismatch(host, placement) === null && (room === undefined || room.fit([profile]) !== null);
  });
  return able.length >= attempt.nodes;
}

function requestedVariant({ hosts }: AssignRequest, profile: string): string | null {
  for (const { state } of hosts) if (state.kind === 'observed') return state.config.variants[profile] ?? null;
  return null;
}

type Found =
  /** `open`: the profiles that would not run as requested */
  { readonly assignment: GroupAssignment; readonly open: readonly string[] } | { readonly error: RmaError };

function tryGroups(request: AssignRequest, chosen: ReadonlyMap<string, Attempt>): Found {
  try {
    const attempt = withAttempts(request, chosen);
    const assignment = assignProfiles(attempt);
    const groups = new Map(
      [...chosen].flatMap(([profile, attempt]) => {
        if (!('variant' in attempt)) return [];
        const hosts = [...assignment.profiles].flatMap(([host, set]) =>
          set.includes(profile) ? [host] : [],
        );
        return [[profile, { variant: attempt.variant, hosts: hosts.sort() }] as const];
      }),
    );
    const open = [...chosen].filter(([profile, { nodes }]) => {
      const isComplete = (groups.get(profile)?.hosts.length ?? 1) === nodes;
      return !isComplete || assignment.unassigned.includes(profile) || isReplaced(assignment, profile);
    });
    return {
      assignment: { ...assignment, groups, request: attempt },
      open: open.map(([profile]) => profile),
    };
  } catch (error) {
    const isFit = error instanceof RmaError && error.code === 'RMA_HOSTS_NO_FIT';
    const isSize = error instanceof RmaError && error.code === 'RMA_HOSTS_NO_MATCH';
    const grouped = [...chosen.values()].some(({ nodes }) => nodes > 1);
    if (isFit || (isSize && grouped)) return { error };
    throw error;
  }
}

/** Whether the CPU worker would run instead: GPUs of several hosts are better. */
function isReplaced({ rounds }: HostAssignment, profile: string): boolean {
  return [...rounds.values()].some(({ choices }) =>
    choices.replaced.some((replaced) => replaced.profile === profile),
  );
}

/** Returns the request with each group as so many replicas of one variant, each of which needs its part of the memory. */
function withAttempts(request: AssignRequest, chosen: ReadonlyMap<string, Attempt>): AssignRequest {
  const groups = [...chosen].flatMap(([profile, attempt]) => {
    return 'variant' in attempt ? [{ profile, ...attempt }] : [];
  });
  const placement = groups.map(({ profile, nodes }) => {
    return [profile, { ...placementOf(request, profile), replicas: nodes }] as const;
  });
  const sizes = groups.map(({ profile, nodes }) => [profile, { hosts: { length: nodes } }] as const);
  const variants = groups.map(({ profile, variant }) => [profile, variant] as const);
  const hosts = request.hosts.map((host): AssignableHost => {
    const { state } = host;
    if (state.kind !== 'observed') return host;
    const config = {
      ...state.config,
      variants: { ...state.config.variants, ...Object.fromEntries(variants) },
      groups: Object.fromEntries(sizes),
    };
    return { ...host, state: { ...state, config } };
  });
  return { ...request, hosts, placement: { ...request.placement, ...Object.fromEntries(placement) } };
}

/** Moves one profile to its next attempt, preferably one of those in question; false if there is none. */
function advance(attempts: Map<string, readonly Attempt[]>, preferred: readonly unknown[]): boolean {
  const left = [...attempts].filter(([, each]) => each.length > 1);
  const [next] = [...left.filter(([profile]) => preferred.includes(profile)), ...left];
  if (next === undefined) return false;
  const [profile, [, ...others]] = next;
  attempts.set(profile, others);
  return true;
}

/** Returns the error with the groups that were tried too. */
function withGroups(error: RmaError, most: ReadonlyMap<unknown, number>): RmaError {
  const { code, message, exitCode, hint, details, cause } = error;
  const nodes = most.get(details?.['profile']) ?? 1;
  if (nodes === 1) return error;
  return new RmaError(code, `${message}; nor does it fit on up to ${nodes} hosts together`, {
    exitCode,
    ...(hint !== undefined && { hint }),
    details: { ...details },
    cause,
  });
}
