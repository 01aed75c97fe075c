import type { RmaConfig } from '../core/domain/config.ts';
import { endingWith } from '../core/plan/engine-users.ts';
import { findProfile } from '../core/profile/select-services.ts';
import type { Box } from '../ports/box.ts';
import type { ContainerFacts } from '../ports/docker-host.ts';
import { formatProjectState, readProjectState, stateFile } from './desired/project-state.ts';
import { step } from './desired/step.ts';
import { roleOf } from './observe/observe.ts';
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
export async function planDown(box: Box, request: DownRequest): Promise<readonly ContainerFacts[]> {
  const wanted = request.profiles;
  const catalog = wanted.length === 0 ? null : await box.catalog(request.config.profilesDir);
  await requireDocker(box);
  const containers = await box.docker.containers(request.config.project);
  if (catalog === null) return containers;
  // one that was taken out of the data can still be taken down
  const gone = wanted.filter((name) => !containers.some(({ profile }) => profile === name));
  for (const name of gone) findProfile(catalog, name);
  return endingWith(wanted, containers);
}

/** Drains the workers, stops and removes their services and keeps the models. */
export async function down(box: Box, request: DownRequest): Promise<DownResult> {
  const { config } = request;
  const going = await planDown(box, request);
  const ids = (role: ReturnType<typeof roleOf>) =>
    going.filter((one) => roleOf(one) === role).map(({ id }) => id);
  if (ids('worker').length > 0) await step(box, 'draining the worker', () => box.docker.stop(ids('worker')));
  const rest = [...ids('engine'), ...ids('coordinator')];
  if (rest.length > 0) await step(box, 'stopping the services', () => box.docker.stop(rest));
  await box.docker.remove(going.map(({ id }) => id));
  const kept = (await box.docker.containers(config.project)).map(({ service }) => service);
  if (kept.length === 0) await box.docker.removeNetworks(config.project);
  await forget(box, request, kept.length === 0);
  return { removed: going.map(({ service }) => service), kept };
}

/** Secrets go with the last service; profiles added by flag go when they are taken down by name. */
async function forget(box: Box, { config, profiles }: DownRequest, all: boolean): Promise<void> {
  if (all) await box.files.remove(projectFiles(config).secrets);
  const state = await readProjectState(box.files, config.stateDir);
  const left = state.profiles.filter((profile) => !profiles.includes(profile));
  if (left.length === state.profiles.length) return;
  await box.files.write(stateFile(config.stateDir), formatProjectState({ ...state, profiles: left }), 0o644);
}
