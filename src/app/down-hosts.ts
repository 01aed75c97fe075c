import { knownAssignment, nextRecord } from '../core/hosts/known-assignment.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import type { ProjectState } from '../core/profile/project-state.ts';
import type { Invocation } from '../ports/invocation.ts';
import { actOnHosts, type HostsActed, type HostsPlanning, planOnHosts } from './act-on-hosts.ts';
import { readProjectState } from './desired/project-state.ts';
import { downPayload } from './down.ts';
import { onEach, type ProjectHost } from './hosts/project-host.ts';
import type { SelectedHosts } from './hosts/with-locked-hosts.ts';
import { dropReservations } from './lock/reserve.ts';
import { projectContainers } from './observe/project-containers.ts';
import { knownProfiles, type OtherHosts, type PlannedDown, planDown } from './plan-down.ts';

export interface HostsDownRequest extends SelectedHosts {
  /** none: the whole project */
  readonly profiles: readonly string[];
}

/** Returns what `down` would do now on the selected hosts. Changes nothing. */
export async function planDownHosts(
  invocation: Pick<Invocation, 'catalog'>,
  request: HostsDownRequest,
): Promise<HostsActed<PlannedDown>> {
  return planOnHosts(planning(invocation, request));
}

/**
 * Drains the workers on several hosts, and stops and removes their services, as `down` does on one host.
 * @throws RmaError RMA_LOCK_HELD (7)
 */
export async function downHosts(
  invocation: Invocation,
  request: HostsDownRequest & { readonly show: (plan: Plan) => void },
): Promise<HostsActed<PlannedDown>> {
  return actOnHosts(invocation, {
    ...planning(invocation, request),
    command: 'down',
    payload: downPayload,
    show: request.show,
    finish: async ({ host, config }) => dropReservations(host, config.project, await host.engine.volumes()),
  });
}

function planning(
  invocation: Pick<Invocation, 'catalog'>,
  request: HostsDownRequest,
): HostsPlanning<PlannedDown> {
  const { profiles } = request;
  return {
    ...request,
    plan: async (hosts) => {
      const others = profiles.length === 0 ? {} : { others: await otherHosts(request, hosts) };
      return onEach(hosts, async ({ host, config }) =>
        planDown(host, invocation, { config, profiles, ...others }),
      );
    },
  };
}

/** Returns what all hosts that responded record when profiles are taken down on them. */
async function otherHosts(
  { config, profiles }: HostsDownRequest,
  hosts: readonly ProjectHost[],
): Promise<OtherHosts> {
  const found = await onEach(hosts, async ({ host, config: own }) => ({
    state: await readProjectState(host, own),
    containers: await projectContainers(host, own.project),
  }));
  const facts = found.flatMap((each) => (each.ok ? [{ name: each.host, ...each.value }] : []));
  const states = new Map(facts.map(({ name, state }): [string, ProjectState] => [name, state]));
  const known = knownAssignment(Object.keys(config.hosts), states);
  const isKept = (host: string, profile: string): boolean => !states.has(host) || !profiles.includes(profile);
  const next = [...known].map(
    ([host, entry]) => [host, entry.profiles.filter((profile) => isKept(host, profile))] as const,
  );
  const added = [...known].flatMap(([host, entry]) => entry.added.filter((profile) => isKept(host, profile)));
  return {
    record: nextRecord(known, new Map(next), [...new Set(added)]),
    known: facts.flatMap(({ state, containers }) => knownProfiles(state, containers)),
  };
}
