import type { AssignmentRecord } from '../core/domain/assignment-record.ts';
import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { planDown as downPlan } from '../core/plan/plan-down.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import { formatProjectState, NO_STATE, type ProjectState } from '../core/profile/project-state.ts';
import { endingProfiles } from '../core/profile/replaced-profiles.ts';
import { findProfile } from '../core/profile/select-services.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { projectSet } from './desired/choose-services.ts';
import { readProjectState } from './desired/project-state.ts';
import { observedContainers } from './observe/observe-workers.ts';
import { projectContainers } from './observe/project-containers.ts';
import { projectFiles } from './observe/project-files.ts';
import { requireDocker } from './observe/require-docker.ts';

export interface DownRequest {
  readonly config: RmaConfig;
  /** none: the whole project */
  readonly profiles: readonly string[];
  /** of several hosts: what they record from now on, and every profile that they run or record; absent: the project has one host */
  readonly others?: OtherHosts;
}

export interface OtherHosts {
  readonly record: AssignmentRecord;
  readonly known: readonly string[];
}

export interface PlannedDown {
  readonly plan: Plan;
  /** the project's containers, as they are now */
  readonly containers: readonly ContainerFacts[];
  /** path → content of the files that the plan writes */
  readonly files: ReadonlyMap<string, string>;
}

/** Returns what `down` would do now. Changes nothing. @throws RmaError RMA_PROFILE_UNKNOWN (2), RMA_DOCKER_* (3) */
export async function planDown(
  host: Pick<Host, 'name' | 'engine' | 'docker' | 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  request: DownRequest,
): Promise<PlannedDown> {
  const { config, profiles } = request;
  const catalog = profiles.length === 0 ? null : await invocation.catalog(config);
  await requireDocker(host);
  const [containers, state] = await Promise.all([
    projectContainers(host, config.project),
    readProjectState(host, config),
  ]);
  if (catalog !== null) {
    // a profile that was removed from the data can still be taken down
    const known = [...(request.others?.known ?? []), ...knownProfiles(state, containers)];
    for (const name of profiles.filter((each) => !known.includes(each))) findProfile(catalog, name);
  }
  const networks = await host.engine.networks();
  const { secrets } = projectFiles(config);
  const files = stateAfter(state, request);
  const plan = downPlan({
    host: host.name,
    project: config.project,
    profiles: profiles.length === 0 ? null : endingProfiles(profiles, projectSet(config, state, []), state),
    containers: observedContainers(containers),
    hasNetwork: networks.some(({ project }) => project === config.project),
    secrets: (await host.files.facts(secrets)) === null ? null : secrets,
    stateFile: [...files.keys()][0] ?? null,
  });
  return { plan, containers, files };
}

/** Returns the profiles that a host runs or records. */
export function knownProfiles(
  { profiles, assigned = {} }: ProjectState,
  containers: readonly Pick<ContainerFacts, 'profile'>[],
): readonly string[] {
  return [
    ...profiles,
    ...Object.values(assigned).flat(),
    ...containers.flatMap(({ profile }) => profile ?? []),
  ];
}

/** Returns the state file as it is to be; empty when it does not change. Only profiles named in `down` are forgotten. */
function stateAfter(
  state: ProjectState,
  { config, profiles, others }: DownRequest,
): ReadonlyMap<string, string> {
  const left = state.profiles.filter((profile) => !profiles.includes(profile));
  const { added = left, assigned = state.assigned, revisions = state.revisions } = others?.record ?? {};
  const groups = Object.fromEntries(
    Object.entries(state.groups ?? {}).filter(([profile]) => !profiles.includes(profile)),
  );
  const next = formatProjectState({ ...state, profiles: added, assigned, groups, revisions });
  // a host that has no state file yet needs none
  if (state === NO_STATE || next === formatProjectState(state)) return new Map();
  return new Map([[projectFiles(config).state, next]]);
}
