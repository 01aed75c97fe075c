import type { AssignmentRecord } from '../core/domain/assignment-record.ts';
import type { RmaConfig } from '../core/domain/config.ts';
import type { ResolvedModels } from '../core/domain/resolved-models.ts';
import type { RmaError } from '../core/errors.ts';
import { assignGroups, type GroupAssignment } from '../core/hosts/assign-groups.ts';
import type { AssignableHost, AssignRequest } from '../core/hosts/assign-types.ts';
import { hostConfig } from '../core/hosts/host-config.ts';
import { type KnownProfiles, knownAssignment, nextRecord } from '../core/hosts/known-assignment.ts';
import { checkSpanning, spanningProfiles } from '../core/hosts/spanning-variants.ts';
import { mergeResolved } from '../core/source/merge-resolved.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type RequestOptions, readServices, type ServiceRequest } from './desired/read-request.ts';
import { resolveSelection } from './desired/resolve-selection.ts';
import { groupsOn, type ProjectGroup, projectGroups, recordedGroups } from './hosts/host-groups.ts';
import { onEach } from './hosts/project-host.ts';
import { type ReachedHost, type ReachedHosts, reachHosts } from './hosts/reach-hosts.ts';
import type { SelectedHosts } from './hosts/with-locked-hosts.ts';
import { withFallback } from './offline/fallback.ts';

export interface AssignHostsRequest extends Omit<RequestOptions, 'shared'>, SelectedHosts {
  /** places the profiles of hosts that do not respond on others */
  readonly replanLost: boolean;
}

/** Which hosts run which profiles from now on. */
export interface AssignedHosts {
  /** the hosts that answered, with the configuration that applies there from now on */
  readonly hosts: readonly ReachedHost[];
  /** host → why it did not respond */
  readonly faults: ReadonlyMap<string, RmaError>;
  readonly assignment: GroupAssignment;
  /** profiles that several hosts run together */
  readonly groups: readonly ProjectGroup[];
  /** what the assignment was made from */
  readonly assignRequest: AssignRequest;
  /** what the state files of the hosts record of it */
  readonly record: AssignmentRecord;
  /** what is known of the models, with everything that the plans of the hosts need */
  readonly resolved: ResolvedModels;
}

/**
 * Decides which hosts run which profiles, from what the hosts that answer record and run.
 * @throws RmaError of the data and the settings (2), of the hubs (1, 4, 6), and as `assignGroups`, RMA_SPAN_ADDRESS, RMA_SPAN_IMAGE (2); the fault of the first host if
 * none answers
 */
export async function assignHosts(
  invocation: Invocation,
  request: AssignHostsRequest,
): Promise<AssignedHosts> {
  const { config, selected, open } = request;
  const { reached, faults } = await reachHosts(invocation, { names: selected, open });
  if (reached.length === 0) throw [...faults.values()][0] ?? new Error('no host is selected');
  const states = new Map(reached.map(({ host, state }) => [host.name, state]));
  const known = knownAssignment(Object.keys(config.hosts), states);
  const project = await readProject(invocation, { request, reached, faults, known });
  const { placement } = config;
  for (const profile of spanningProfiles({ placement, profiles: project.profiles }))
    checkSpanning(config, profile);
  const assigning = { request, project, reached, faults, known };
  const assigned = await assign(invocation, assigning);
  const record = recordOf(assigning, assigned.assignment);
  const { catalog } = project;
  const groups = await projectGroups({ config, catalog, reached, groups: assigned.assignment.groups });
  const hosts = reached.map((own) => assignedHost(own, config, { ...assigned, groups, record }));
  return { ...assigned, groups, record, hosts, faults };
}

function assignedHost(
  own: ReachedHost,
  config: RmaConfig,
  { assignment, groups, record }: Pick<AssignedHosts, 'assignment' | 'groups' | 'record'>,
): ReachedHost {
  const { name } = own.host;
  const { stateDir } = own.config;
  const profiles = assignment.profiles.get(name) ?? [];
  const others = [...assignment.profiles.values()].flat();
  const scoped = hostConfig(config, { name, stateDir, profiles, groups: groupsOn(groups, name), others });
  return { ...own, config: { ...scoped, assignment: record } };
}

interface Project extends ReachedHosts {
  readonly request: AssignHostsRequest;
  /** host → its profiles by the last plan */
  readonly known: ReadonlyMap<string, KnownProfiles>;
}

/**
 * Returns what the whole project requests, with what any of its hosts knows of the models: the profiles of its configuration, those
 * that `--profile` added, and those named now.
 */
async function readProject(
  invocation: Invocation,
  { request, reached, known }: Project,
): Promise<ServiceRequest> {
  const added = [...known.values()].flatMap((each) => each.added);
  const profiles = [...new Set([...request.config.profiles, ...added, ...request.profiles])];
  const results = await onEach(reached, async ({ host, config }) =>
    readServices(host, invocation, { ...request, config: { ...config, profiles } }),
  );
  const [first, ...others] = results.flatMap((each) => (each.ok ? [each.value] : []));
  const failed = results.flatMap((each) => (each.ok ? [] : [[each.host, each.error] as const]));
  // a mistake of the user is the same on all hosts
  if (first === undefined) throw failed[0]?.[1] ?? new Error('no host answered');
  const resolved = mergeResolved([first, ...others].map((each) => each.resolved));
  return { ...first, config: request.config, resolved };
}

interface Assigning extends Project {
  readonly project: ServiceRequest;
}

/** Assigns with what is known of the models, resolves those that were chosen, and assigns again until nothing new is known. */
async function assign(
  invocation: Invocation,
  assigning: Assigning,
): Promise<Pick<AssignedHosts, 'assignment' | 'assignRequest' | 'resolved'>> {
  const { request, project, reached } = assigning;
  const { catalog, profiles, named } = project;
  const [first] = reached;
  if (first === undefined) throw new Error('no host answered');
  const hubs = withFallback(first.host, invocation, { config: first.config });
  const hosts = assignableHosts(assigning);
  let { resolved } = project;
  for (;;) {
    const assignment = assignGroups({
      project: request.config.project,
      catalog,
      profiles,
      named,
      resolved,
      placement: request.config.placement,
      hosts,
      replanLost: request.replanLost,
      groups: recordedGroups(reached),
    });
    const selections = [...assignment.rounds.values()].map(({ selection }) => selection);
    const selection = {
      profiles: [],
      services: selections.flatMap(({ services }) => services),
      refs: [...new Set(selections.flatMap(({ refs }) => refs))].sort(),
    };
    const more = await resolveSelection(hubs, { catalog, selection, resolved });
    if (more === null) return { assignment, assignRequest: assignment.request, resolved };
    resolved = more;
  }
}

function assignableHosts({ request, reached, known, faults }: Project): readonly AssignableHost[] {
  const { config, selected } = request;
  return Object.entries(config.hosts).map(([name, { labels = {} }]): AssignableHost => {
    const runs = known.get(name)?.profiles ?? [];
    const own = reached.find(({ host }) => host.name === name);
    if (own !== undefined) {
      const { state, snapshot } = own;
      const serviceNames = state.services ?? {};
      // the GPUs of profiles that do not run there yet, too
      const gpu = { ...own.config.gpu, pins: config.gpu.pins };
      const settings = { gpu, variants: config.variants };
      return { name, labels, runs, state: { kind: 'observed', config: settings, serviceNames, snapshot } };
    }
    const isLost = selected.includes(name) && faults.has(name);
    return { name, labels, runs, state: { kind: isLost ? 'unreachable' : 'not-selected' } };
  });
}

/** Returns what the hosts record of the plan. A host without a part in it keeps what it runs, unless that moves. */
function recordOf(
  { request, project, reached, known }: Assigning,
  assignment: GroupAssignment,
): AssignmentRecord {
  const next = [...known].map(([name, { profiles }]) => {
    if (reached.some(({ host }) => host.name === name))
      return [name, assignment.profiles.get(name) ?? []] as const;
    const leaving = assignment.leaving.get(name) ?? [];
    return [name, profiles.filter((profile) => !leaving.includes(profile))] as const;
  });
  const added = project.profiles.filter((name) => !request.config.profiles.includes(name));
  return nextRecord(known, new Map(next), added);
}
