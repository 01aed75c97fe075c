import { renderCompose } from '../../core/compose-file/render-compose.ts';
import { volumeOf } from '../../core/docker/volume-of.ts';
import type { DesiredState } from '../../core/domain/desired-state.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { Selection } from '../../core/domain/selection.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { buildFleet } from '../../core/fleet/build-fleet.ts';
import type { Fleet } from '../../core/fleet/service-spec.ts';
import { sha256Hex } from '../../core/hash.ts';
import { avoidedPortChecks } from '../../core/plan/avoided-ports.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { storeOwner } from '../observe/project-files.ts';
import type { StoreAccess } from '../observe/store-container.ts';
import { apiKeys } from './api-keys.ts';
import { generatedFiles } from './generated-files.ts';
import { ownPorts } from './own-ports.ts';
import type { PlacedServices } from './place-services.ts';
import type { ProjectRequest } from './read-request.ts';
import { collectSecrets, type SecretsInvocation } from './secrets.ts';

export interface DesiredRequest {
  readonly project: ProjectRequest;
  readonly placed: PlacedServices;
  readonly snapshot: Pick<Snapshot, 'containers' | 'allContainers' | 'directories'>;
  /** directory for the Compose file and its secrets; the project's state directory by default */
  readonly directory?: string;
}

/** The desired state of a project, with the values that a plan does not show. */
export interface DesiredProject {
  readonly desired: DesiredState;
  readonly fleet: Fleet;
  readonly access: StoreAccess;
  /** by name */
  readonly secrets: ReadonlyMap<string, string>;
  /** warnings for the plan */
  readonly checks: readonly PlanCheck[];
}

/** Returns the desired state of placed services. @throws RmaError RMA_PORT_TAKEN (3) */
export async function desiredState(
  host: Pick<Host, 'name' | 'files' | 'localFiles' | 'ports' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage'> & SecretsInvocation,
  { project, placed, snapshot, directory }: DesiredRequest,
): Promise<DesiredProject> {
  const { config } = project;
  const { selection, placement } = placed;
  const pinned = pinnedOf(selection, placed.resolved.pinned);
  const secrets = await secretsFor(host, invocation, { project, selection });
  const owner = storeOwner(config, snapshot.directories, host.caller);
  const { ports, avoided } = await ownPorts(host, {
    config,
    selection,
    containers: snapshot.containers,
    allContainers: snapshot.allContainers,
    remembered: project.state.ports,
  });
  const tag = await invocation.workerImage.tag(config.images.workerBase);
  const fleet = buildFleet({
    config,
    selection,
    placement,
    pinned,
    contextLengths: contextLengthsOf(placed.resolved),
    workerImage: tag,
    host: host.name,
    owner,
    ports,
    secrets: new Set(secrets.keys()),
    environment: invocation.environment,
  });
  const path = `${directory ?? config.stateDir}/compose.yaml`;
  const stack = renderCompose(fleet, { version: RMA_VERSION, path });
  const desired: DesiredState = {
    stack,
    files: generatedFiles({ project, placed, ports, compose: stack.text }),
    secrets: new Map([...secrets].map(([name, value]) => [name, sha256Hex(value)])),
    workerImage: { tag, base: config.images.workerBase },
    models: modelsOf(fleet, pinned),
  };
  const access = { image: tag, volume: volumeOf(config, 'store'), owner, project: config.project };
  return { desired, fleet, access, secrets, checks: avoidedPortChecks(avoided, ports) };
}

/** Returns the models that a service of this host loads: in a group of hosts, the head may send them to the others. */
function modelsOf({ services }: Fleet, pinned: ReadonlyMap<string, PinnedModel>): DesiredState['models'] {
  const used = new Set(services.flatMap(({ models }) => models));
  return new Map([...pinned.values()].flatMap((model) => (used.has(model.ref) ? [[model.ref, model]] : [])));
}

/** Adds a worker token for a profile that replaces one without a GPU, and the keys of the services that run. */
async function secretsFor(
  host: Pick<Host, 'name' | 'files' | 'localFiles'>,
  invocation: SecretsInvocation,
  { project, selection }: { readonly project: ProjectRequest; readonly selection: Selection },
): Promise<ReadonlyMap<string, string>> {
  const profiles = selection.profiles.map(({ name }) => name);
  const secrets = profiles.every((name) => project.profiles.includes(name))
    ? project.secrets
    : await collectSecrets(host, invocation, { ...project, profiles });
  return new Map([...secrets, ...(await apiKeys(host, selection))]);
}

/** Returns the maximum context of each model whose geometry is known, tokens, by reference. */
export function contextLengthsOf({
  geometry,
}: Pick<ResolvedModels, 'geometry'>): ReadonlyMap<string, number> {
  const known = [...geometry].map(([ref, read]) => [ref, read?.contextLength ?? null] as const);
  return new Map(known.flatMap(([ref, tokens]) => (tokens === null ? [] : [[ref, tokens]])));
}

/** Returns the pinned models of a selection, by the reference that it names. */
export function pinnedOf(
  { refs }: Selection,
  pinned: ReadonlyMap<string, PinnedModel>,
): ReadonlyMap<string, PinnedModel> {
  return new Map(
    refs.map((ref) => {
      const model = pinned.get(ref);
      if (model === undefined) throw new Error(`${ref} was not resolved`);
      return [ref, model];
    }),
  );
}
