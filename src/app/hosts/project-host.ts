import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { hostConfig } from '../../core/hosts/host-config.ts';
import { errorOnHost } from '../../core/hosts/host-error.ts';
import type { Host } from '../../ports/host.ts';
import { readProjectState } from '../desired/project-state.ts';
import { mapAtOnce } from '../observe/map-at-once.ts';

/** A connected machine of a project. */
export interface ConnectedHost {
  readonly host: Host;
  /** directory of the generated files of the project on this machine, absolute */
  readonly stateDir: string;
  /** how far the clock of the machine is ahead of this one, milliseconds */
  readonly clockOffsetMs: number;
}

/** A host of a project, with the configuration that applies there. */
export interface ProjectHost {
  readonly host: Host;
  readonly config: RmaConfig;
  readonly clockOffsetMs: number;
}

/** What became of the work on one host. */
export type HostResult<T> =
  | { readonly host: string; readonly ok: true; readonly value: T }
  | { readonly host: string; readonly ok: false; readonly error: RmaError };

/** Returns a host with its configuration: its profiles are those that the last `up` gave it. @throws RmaError RMA_STATE_INVALID (2) */
export async function projectHost(
  config: RmaConfig,
  { host, stateDir, clockOffsetMs }: ConnectedHost,
): Promise<ProjectHost> {
  const { name } = host;
  const { assigned, profiles, groups } = await readProjectState(host, { stateDir });
  const others = Object.values(assigned ?? {}).flat();
  // a host that was the only one of the project until now has profiles that were added there
  const runs = assigned === undefined ? profiles : (assigned[name] ?? []);
  const own = hostConfig(config, { name, stateDir, profiles: runs, groups, others });
  return { host, config: own, clockOffsetMs };
}

/** Hosts that are worked on at the same time. */
const AT_ONCE = 10;

/** Does the same on several hosts, a few (`atOnce`) at the same time. A fault on one host is its outcome, and stops no other. */
export async function onHosts<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<readonly HostResult<T>[]> {
  return mapAtOnce(names, atOnce, async (host) => outcomeOf(host, work));
}

/** Like `onHosts`, for hosts with more than a name. */
export async function onEach<H extends { readonly host: Pick<Host, 'name'> }, T>(
  hosts: readonly H[],
  work: (each: H) => Promise<T>,
): Promise<readonly HostResult<T>[]> {
  const byName = new Map(hosts.map((each) => [each.host.name, each]));
  return onHosts([...byName.keys()], async (name) => {
    const each = byName.get(name);
    if (each === undefined) throw new Error(`there is no host ${name}`);
    return work(each);
  });
}

async function outcomeOf<T>(host: string, work: (name: string) => Promise<T>): Promise<HostResult<T>> {
  try {
    return { host, ok: true, value: await work(host) };
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    return { host, ok: false, error: errorOnHost(error, host) };
  }
}
