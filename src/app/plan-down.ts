import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { planDown as downPlan } from '../core/plan/plan-down.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import { formatProjectState, type ProjectState } from '../core/profile/project-state.ts';
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
  { config, profiles }: DownRequest,
): Promise<PlannedDown> {
  const catalog = profiles.length === 0 ? null : await invocation.catalog(config);
  await requireDocker(host);
  const [containers, state] = await Promise.all([
    projectContainers(host, config.project),
    readProjectState(host, config),
  ]);
  if (catalog !== null) {
    // a profile that was removed from the data can still be taken down
    const stopped = profiles.filter((name) => !containers.some(({ profile }) => profile === name));
    for (const name of stopped) findProfile(catalog, name);
  }
  const networks = await host.engine.networks();
  const { secrets } = projectFiles(config);
  const files = stateAfter(state, { config, profiles, host: host.name });
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

/** Returns the state file as it is to be; empty when it does not change. Only profiles named in `down` are forgotten. */
function stateAfter(
  state: ProjectState,
  { config, profiles, host }: DownRequest & { readonly host: string },
): ReadonlyMap<string, string> {
  const isKept = (profile: string): boolean => !profiles.includes(profile);
  const left = state.profiles.filter(isKept);
  const assigned = state.assigned?.[host] ?? [];
  if ([...state.profiles, ...assigned].every(isKept)) return new Map();
  const next = {
    ...state,
    profiles: left,
    ...(state.assigned && {
      assigned: { ...state.assigned, [host]: assigned.filter(isKept) },
      revisions: { ...state.revisions, [host]: (state.revisions?.[host] ?? 0) + 1 },
    }),
  };
  return new Map([[projectFiles(config).state, formatProjectState(next)]]);
}
