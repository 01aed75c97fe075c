import type { HostGroup, RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { CanceledError, RmaError } from '../../core/errors.ts';
import type { GroupAssignment } from '../../core/hosts/assign-groups.ts';
import type { AssignedGroup } from '../../core/hosts/assign-types.ts';
import {
  groupText,
  interconnectAddress,
  interfaceWith,
  type Link,
  linkSpeed,
  networkText,
  requireSpanImage,
} from '../../core/hosts/interconnect.ts';
import type { Host } from '../../ports/host.ts';
import type { ReachedHost } from './reach-hosts.ts';

/** For a command that only reads. */
const COMMAND_MS = 10_000;

/** Several hosts that run a profile together. */
export interface ProjectGroup extends AssignedGroup {
  readonly profile: string;
  /** in the order of the hosts */
  readonly addresses: readonly string[];
  /** in the same order; null: unknown */
  readonly links: readonly (Link | null)[];
  readonly portOffset: number;
}

export interface GroupRequest {
  readonly config: RmaConfig;
  readonly catalog: Catalog;
  readonly reached: readonly ReachedHost[];
  readonly groups: GroupAssignment['groups'];
}

/**
 * Returns the groups of hosts with their addresses for each other, and the network interfaces that have them.
 * @throws RmaError RMA_SPAN_ADDRESS, RMA_SPAN_IMAGE (2)
 */
export async function projectGroups(request: GroupRequest): Promise<readonly ProjectGroup[]> {
  const { config, catalog, reached } = request;
  const offsets = portOffsets(request);
  return Promise.all(
    [...request.groups].map(async ([profile, { variant, hosts }]) => {
      requireSpanImage(config, catalog, { profile, variant });
      const addresses = hosts.map((host) => interconnectAddress(config, host));
      const links = hosts.map(async (name, at) => {
        const host = reached.find((each) => each.host.name === name)?.host;
        return host === undefined ? null : linkOf(host, addresses[at] ?? '');
      });
      const portOffset = offsets.get(profile) ?? 0;
      return { profile, variant, hosts, addresses, links: await Promise.all(links), portOffset };
    }),
  );
}

/** Returns the port offset of each group, by profile: the recorded one, so that what runs stays, else the lowest that is free. */
function portOffsets({ reached, groups }: GroupRequest): ReadonlyMap<string, number> {
  const recorded = new Map<string, number>();
  const used = new Set<number>();
  for (const [profile, { portOffset }] of reached.flatMap(({ state }) =>
    Object.entries(state.groups ?? {}),
  )) {
    // the same offset is recorded twice where a host with one of both did not respond
    if (!used.has(portOffset)) recorded.set(profile, recorded.get(profile) ?? portOffset);
    used.add(portOffset);
  }
  const profiles = [...groups.keys()].sort();
  return new Map(
    profiles.map((profile) => {
      const offset = recorded.get(profile) ?? lowestWithout(used);
      used.add(offset);
      return [profile, offset] as const;
    }),
  );
}

function lowestWithout(used: ReadonlySet<number>): number {
  let lowest = 0;
  while (used.has(lowest)) lowest += 1;
  return lowest;
}

/** Returns the groups of one host, by profile, as its configuration has them. */
export function groupsOn(groups: readonly ProjectGroup[], host: string): Readonly<Record<string, HostGroup>> {
  const own = groups.flatMap(({ profile, links, ...group }) => {
    const rank = group.hosts.indexOf(host);
    return rank === -1
      ? []
      : [[profile, { ...group, rank, interface: links[rank]?.interface ?? null }] as const];
  });
  return Object.fromEntries(own);
}

/** Returns the groups of the last plan that all of their hosts which answer agree on, by profile. */
export function recordedGroups(reached: readonly ReachedHost[]): ReadonlyMap<string, AssignedGroup> {
  const records = new Map(reached.map(({ host, state }) => [host.name, state.groups ?? {}]));
  const all = [...records.values()].flatMap((groups) => Object.entries(groups));
  const agreed = all.filter(([profile, { hosts, variant }]) =>
    hosts.every((name) => {
      const own = records.get(name)?.[profile];
      return !records.has(name) || (own?.hosts.join() === hosts.join() && own.variant === variant);
    }),
  );
  return new Map(agreed.map(([profile, { variant, hosts }]) => [profile, { variant, hosts }]));
}

/** Returns which hosts run a profile together, and over which networks. */
export function describeGroup({ profile, hosts, addresses, links }: ProjectGroup): string {
  const networks = addresses.map((address, at) => networkText(address, links[at] ?? null));
  return groupText(profile, { hosts }, networks);
}

/**
 * A host without `ip`, or without this address in its own network namespace, has no known interface. Nor has one that fails here:
 * what its plan does next fails there, too.
 */
async function linkOf({ commands }: Pick<Host, 'commands'>, address: string): Promise<Link | null> {
  const name = interfaceWith(await output(commands, ['ip', '-o', 'addr']), address);
  if (name === null) return null;
  const speed = await output(commands, ['cat', `/sys/class/net/${name}/speed`]);
  return { interface: name, speed: linkSpeed(speed) };
}

async function output(commands: Host['commands'], argv: readonly [string, ...string[]]): Promise<string> {
  try {
    const { exitCode, stdout } = await commands.run({ argv, timeoutMs: COMMAND_MS });
    return exitCode === 0 ? stdout : '';
  } catch (error) {
    if (!(error instanceof RmaError) || error instanceof CanceledError) throw error;
    return '';
  }
}
