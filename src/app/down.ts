import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { roleOf } from '../core/domain/container.ts';
import { endingWith } from '../core/plan/engine-users.ts';
import { formatProjectState } from '../core/profile/project-state.ts';
import { findProfile } from '../core/profile/select-services.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { readProjectState, stateFile } from './desired/project-state.ts';
import { step } from './desired/step.ts';
import { projectContainers } from './observe/project-containers.ts';
import { projectFiles } from './observe/project-files.ts';
import { requireDocker } from './observe/require-docker.ts';

export interface DownRequest {
  readonly config: RmaConfig;
  /** none: the whole project */
  readonly profiles: readonly string[];
}

export interface DownResult {
  readonly removed: readonly string[];
  /** services that go on: those of other profiles, and the engines they share */
  readonly kept: readonly string[];
}

/** What `down` would end, workers first. @throws RmaError RMA_PROFILE_UNKNOWN (2), RMA_DOCKER_* (3) */
export async function planDown(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'catalog'>,
  request: DownRequest,
): Promise<readonly ContainerFacts[]> {
  const wanted = request.profiles;
  const catalog = wanted.length === 0 ? null : await invocation.catalog(request.config);
  await requireDocker(host);
  const containers = await projectContainers(host, request.config.project);
  if (catalog === null) return containers;
  // one that was taken out of the data can still be taken down
  const gone = wanted.filter((name) => !containers.some(({ profile }) => profile === name));
  for (const name of gone) findProfile(catalog, name);
  return endingWith(wanted, containers);
}

/** Drains the workers, stops and removes their services and keeps the models. */
export async function down(
  host: Pick<Host, 'engine' | 'docker' | 'files'>,
  invocation: Pick<Invocation, 'reporter' | 'catalog'>,
  request: DownRequest,
): Promise<DownResult> {
  const { config } = request;
  const going = await planDown(host, invocation, request);
  const ids = (role: ReturnType<typeof roleOf>) =>
    going.filter((one) => roleOf(one) === role).map(({ id }) => id);
  if (ids('worker').length > 0)
    await step(invocation, 'draining the worker', () => host.engine.stop(ids('worker')));
  const rest = [...ids('engine'), ...ids('coordinator')];
  if (rest.length > 0) await step(invocation, 'stopping the services', () => host.engine.stop(rest));
  await host.engine.remove(going.map(({ id }) => id));
  const kept = (await projectContainers(host, config.project)).map(({ service }) => service);
  if (kept.length === 0) await host.engine.removeNetworks(config.project);
  await forget(host, request, kept.length === 0);
  return { removed: going.map(({ service }) => service), kept };
}

/** Secrets go with the last service; profiles added by flag go when they are taken down by name. */
async function forget(
  host: Pick<Host, 'files'>,
  { config, profiles }: DownRequest,
  all: boolean,
): Promise<void> {
  if (all) await host.files.remove(projectFiles(config).secrets);
  const state = await readProjectState(host.files, config.stateDir);
  const left = state.profiles.filter((profile) => !profiles.includes(profile));
  if (left.length === state.profiles.length) return;
  await host.files.write(stateFile(config.stateDir), formatProjectState({ ...state, profiles: left }), 0o644);
}
