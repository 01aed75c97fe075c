import { renderCompose } from '../../core/compose-file/render-compose.ts';
import { volumeOf } from '../../core/docker/volume-of.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Desired } from '../../core/domain/desired.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { buildFleet } from '../../core/fleet/build-fleet.ts';
import type { Fleet } from '../../core/fleet/service-spec.ts';
import { sha256Hex } from '../../core/hash.ts';
import { avoidedPortChecks } from '../../core/plan/avoided-ports.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import { formatProjectState, type ProjectState } from '../../core/profile/project-state.ts';
import { findProfile } from '../../core/profile/select-services.ts';
import { formatResolved, type KnownModels } from '../../core/store/resolved-file.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles, storeOwner } from '../observe/project-files.ts';
import type { StoreAccess } from '../observe/store-container.ts';
import { projectSet, type ServiceChoice } from './choose-services.ts';
import type { Learnt } from './learn-models.ts';
import { ownPorts } from './own-ports.ts';
import type { PlacedServices } from './place-services.ts';
import { stateFile } from './project-state.ts';
import type { Wish } from './read-request.ts';
import { collectSecrets } from './secrets.ts';

export interface DesiredRequest extends ServiceChoice {
  readonly wish: Wish;
  readonly placed: PlacedServices;
  /** the project's containers, for the ports they hold */
  readonly containers: readonly ContainerFacts[];
  /** where the Compose file will lie with its secrets; the project's state folder unless told */
  readonly directory?: string;
}

/** What is wanted, with the values that only the apply step may see. */
export interface Wanted {
  readonly desired: Desired;
  readonly fleet: Fleet;
  readonly selection: Selection;
  readonly access: StoreAccess;
  readonly secrets: ReadonlyMap<string, string>;
  readonly placed: PlacedServices;
  /** warnings for the plan */
  readonly checks: readonly PlanCheck[];
}

/**
 * Everything that `up` wants to be true, from the project's wish and what was placed.
 * @throws RmaError of the ports (3)
 */
export async function makeDesired(
  host: Pick<Host, 'name' | 'files' | 'ports' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'environment' | 'hubToken' | 'randomKey'>,
  request: DesiredRequest,
): Promise<Wanted> {
  const { config } = request;
  const { state } = request.wish;
  const { selection, placement, learnt } = request.placed;
  const files = projectFiles(config);
  const pinned = pinnedOf(selection, learnt.pinned);
  const secrets = await secretsFor(host, invocation, request);
  const owner = await storeOwner(host, config);
  const { ports, avoided } = await ownPorts(host, {
    config,
    selection,
    containers: request.containers,
    remembered: state.ports,
  });
  const tag = await invocation.workerImage.tag(config.images.workerBase);
  const fleet = buildFleet({
    config,
    selection,
    placement,
    pinned,
    workerImage: tag,
    host: host.name,
    owner,
    ports,
    secrets: new Set(secrets.keys()),
    environment: invocation.environment,
  });
  const folder = request.directory ?? config.stateDir;
  const stack = renderCompose(fleet, { version: RMA_VERSION, path: `${folder}/compose.yaml` });
  const texts: readonly (readonly [string, string])[] = [
    [files.compose, stack.text],
    [files.resolved, formatResolved(knownModels(learnt, request.wish))],
    [stateFile(config.stateDir), formatProjectState(nextState(request, selection, ports))],
  ];
  const desired: Desired = {
    stack,
    files: new Map(texts),
    secrets: new Map([...secrets].map(([name, value]) => [name, sha256Hex(value)])),
    workerImage: { tag, base: config.images.workerBase },
    models: byRef(pinned),
  };
  const access = { image: tag, volume: volumeOf(config, 'store'), owner, project: config.project };
  const checks = [...request.placed.checks, ...avoidedPortChecks(avoided, ports)];
  return { desired, fleet, selection, access, secrets, placed: request.placed, checks };
}

/** Another profile may have taken the place of one that found no GPU: its worker has a token of its own. */
async function secretsFor(
  host: Pick<Host, 'name' | 'files'>,
  invocation: Pick<Invocation, 'environment' | 'hubToken' | 'randomKey'>,
  { config, wish, placed }: DesiredRequest,
): Promise<ReadonlyMap<string, string>> {
  const planned = wish.selection.profiles.map(({ name }) => name);
  const same = placed.selection.profiles.every(({ name }) => planned.includes(name));
  return same ? wish.secrets : collectSecrets(host, invocation, { config, selection: placed.selection });
}

function pinnedOf(
  { refs }: Selection,
  known: ReadonlyMap<string, PinnedModel>,
): ReadonlyMap<string, PinnedModel> {
  return new Map(
    refs.map((ref) => {
      const model = known.get(ref);
      if (model === undefined) throw new Error(`${ref} was not resolved`);
      return [ref, model];
    }),
  );
}

/** Of all variants of the project's profiles: the next plan weighs them again and asks no hub. */
function knownModels({ pinned, geometry, missing }: Learnt, { catalog, wanted }: Wish): KnownModels {
  const names = wanted
    .flatMap((name) => findProfile(catalog, name).variants)
    .flatMap(({ services }) => services.flatMap(({ models }) => models));
  const refs = new Set(names.map((name) => catalog.served.get(name)?.ref));
  const of = <T>(facts: ReadonlyMap<string, T>): Record<string, T> =>
    Object.fromEntries([...facts].filter(([ref]) => refs.has(ref)));
  // also what no header told: asked again, it could answer otherwise, and a service that runs would change; --refresh asks
  return { models: of(pinned), geometry: of(geometry), missing: of(missing) };
}

/** A profile that the configuration names is not remembered: taken out there, it is gone. */
function nextState(
  { config, profiles, wish }: DesiredRequest,
  { services }: Selection,
  ports: ReadonlyMap<string, number>,
): Omit<ProjectState, 'schema'> {
  const all = projectSet(config, wish.state, profiles);
  return {
    profiles: all.filter((name) => !config.profiles.includes(name)),
    ports: Object.fromEntries(ports),
    services: Object.fromEntries(services.map(({ service, identity }) => [service, identity])),
  };
}

function byRef(pinned: ReadonlyMap<string, PinnedModel>): ReadonlyMap<string, PinnedModel> {
  return new Map([...pinned.values()].map((model) => [model.ref, model]));
}
