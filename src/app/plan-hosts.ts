import type { RmaConfig } from '../core/domain/config.ts';
import { roleOf } from '../core/domain/container.ts';
import type { RmaError } from '../core/errors.ts';
import type { GroupAssignment } from '../core/hosts/assign-groups.ts';
import type { AssignRequest } from '../core/hosts/assign-types.ts';
import { coordinatorHost } from '../core/hosts/coordinator-host.ts';
import { type MovedProfiles, movedProfiles } from '../core/hosts/moved-profiles.ts';
import { copiedModels } from '../core/plan/copied-models.ts';
import { spanChecks, waitingChecks } from '../core/plan/group-plans.ts';
import { assignmentChecks, clockChecks } from '../core/plan/host-checks.ts';
import { mergePlans } from '../core/plan/merge-plans.ts';
import type { Plan, PlanCheck } from '../core/plan/plan-types.ts';
import { pushableImages } from '../core/plan/pushable-images.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type AssignedHosts, type AssignHostsRequest, assignHosts } from './assign-hosts.ts';
import { coordinatorAccess } from './hosts/coordinator-access.ts';
import { holdGroups } from './hosts/hold-groups.ts';
import type { ProjectGroup } from './hosts/host-groups.ts';
import { type ImageSources, imageSources, type PushSettings } from './hosts/image-sources.ts';
import { neededModels } from './hosts/needed-models.ts';
import { onEach } from './hosts/project-host.ts';
import type { ReachedHost } from './hosts/reach-hosts.ts';
import { type PlannedUp, planUp, type UpRequest } from './plan-up.ts';
import { throwOnFault } from './throw-on-fault.ts';
import { checkDirectories } from './up.ts';

export interface HostsRequest extends AssignHostsRequest, Pick<UpRequest, 'removeOrphans'> {
  /** how images are pushed to hosts that lack them; null: each host pulls and builds its own */
  readonly push: PushSettings | null;
}

/** What `up` would do on one host. */
export interface PlannedHost {
  readonly host: Host;
  readonly config: RmaConfig;
  readonly planned: PlannedUp;
}

/** One plan over the selected hosts. */
export interface PlannedHosts {
  readonly plan: Plan;
  /** those of its checks that concern no single host's plan */
  readonly checks: readonly PlanCheck[];
  readonly hosts: readonly PlannedHost[];
  /** host → why nothing happens there */
  readonly faults: ReadonlyMap<string, RmaError>;
  readonly assignment: GroupAssignment;
  /** profiles that several hosts run together */
  readonly groups: readonly ProjectGroup[];
  /** what the assignment was made from, to explain it */
  readonly assignRequest: AssignRequest;
  /** the machines that the plan may push images from; null: it pushes none */
  readonly sources: ImageSources | null;
}

/**
 * Returns what `up` would do now on the selected hosts. A host that does not respond, or whose own plan is not possible, is left
 * out with its fault. Changes nothing.
 * @throws RmaError of the data and the settings (2), of the hubs (1, 4, 6), RMA_GPU_* (3, 5) if a profile fits on no host; the
 * fault of the first host if none answers
 */
export async function planHosts(invocation: Invocation, request: HostsRequest): Promise<PlannedHosts> {
  const assigned = await assignHosts(invocation, request);
  const { hosts, faults, assignment, assignRequest, groups } = assigned;
  const sources = request.push === null ? null : await imageSources(hosts, request.push);
  const { possible, failed, moved } = await planAll(invocation, { ...assigned, request, sources });
  const { hosts: held, waiting, acting } = holdGroups(possible, { groups, named: request.profiles });
  const ok = request.config.network.distribute === 'lan' ? withCopies(held) : held;
  const plan = mergePlans(
    ok.map(({ host, planned }) => ({ host: host.name, plan: planned.plan })),
    { moved, groups: acting },
  );
  const checks = [
    ...assignmentChecks(assignment),
    ...waitingChecks(waiting),
    ...spanChecks(plan.operations, acting),
    ...hosts.flatMap(({ host, clockOffsetMs }) => clockChecks(host.name, clockOffsetMs)),
  ];
  return {
    plan: { ...plan, checks: [...plan.checks, ...checks] },
    checks,
    hosts: ok,
    faults: new Map([...faults, ...failed]),
    assignment,
    assignRequest,
    groups,
    sources,
  };
}

/** Returns the plans, with what hosts copy from each other. */
function withCopies(hosts: readonly PlannedHost[]): readonly PlannedHost[] {
  const stores = hosts.map(neededModels);
  return hosts.map(({ planned, ...each }) => {
    const operations = copiedModels(planned.plan.operations, stores);
    return { ...each, planned: { ...planned, plan: { ...planned.plan, operations } } };
  });
}

interface Planning extends AssignedHosts, Pick<PlannedHosts, 'sources'> {
  readonly request: HostsRequest;
}

interface Plans {
  readonly possible: readonly PlannedHost[];
  readonly failed: readonly (readonly [host: string, fault: RmaError])[];
  readonly moved: MovedProfiles;
}

/** Plans each host; again without the moves to hosts whose own plan is not possible. */
async function planAll(invocation: Invocation, planning: Planning): Promise<Plans> {
  let available = planning.hosts.map(({ host }) => host.name);
  for (;;) {
    const moved = movedProfiles(planning.assignment, available);
    const plans = await planEach(invocation, planning, moved);
    const failed = plans.flatMap((result) => (result.ok ? [] : [[result.host, result.error] as const]));
    const isFailed = (name: string): boolean => failed.some(([host]) => host === name);
    const targets = [...moved.values()].flatMap((moves) => [...moves.values()].flat());
    if (!targets.some(isFailed)) {
      return { possible: plans.flatMap((result) => (result.ok ? [result.value] : [])), failed, moved };
    }
    available = available.filter((name) => !isFailed(name));
  }
}

async function planEach(invocation: Invocation, planning: Planning, moved: MovedProfiles) {
  const { request, resolved, sources } = planning;
  const hosts = planning.hosts.filter((each) =>
    isInvolved(each, request, [...(moved.get(each.host.name)?.keys() ?? [])]),
  );
  const coordinatorOf = await coordinatorAccess(invocation, { ...request, hosts });
  return onEach(hosts, async (own): Promise<PlannedHost> => {
    const { name } = own.host;
    const { settings, access } = coordinatorOf(own);
    const config = { ...own.config, coordinator: settings };
    const planned = await planUp(own.host, invocation, {
      ...request,
      config,
      moved: moved.get(name) ?? new Map(),
      mayBeEmpty: true,
      coordinator: access,
      shared: resolved,
      ...(sources !== null && { pushable: pushableImages(name, sources.images) }),
    });
    throwOnFault(planned.plan.checks);
    await checkDirectories(own.host, planned);
    return { host: own.host, config, planned };
  });
}

/**
 * Returns whether a host has a part in the plan: it runs what the command acts on, or the coordinator, or something to remove.
 * @param moved profiles that leave it
 */
function isInvolved(
  { host, snapshot, config: { profiles } }: ReachedHost,
  { config, profiles: named }: HostsRequest,
  moved: readonly string[],
): boolean {
  const isCoordinator = coordinatorHost(config) === host.name;
  if (named.length > 0) {
    const runs = snapshot.containers.some(
      (each) => roleOf(each) === 'coordinator' && each.state === 'running',
    );
    return named.some((name) => [...profiles, ...moved].includes(name)) || (isCoordinator && !runs);
  }
  if (isCoordinator) return true;
  return profiles.length > 0 || snapshot.containers.length > 0;
}
