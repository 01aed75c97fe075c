import { buildStack } from '../core/compose-file/build-stack.ts';
import { choosePorts } from '../core/compose-file/choose-ports.ts';
import { volumeOf } from '../core/docker/volume-of.ts';
import { sha256Hex } from '../core/hash.ts';
import type { Desired } from '../core/model/desired.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';
import type { Selection } from '../core/model/selection.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { Box } from '../ports/box.ts';
import type { ContainerFacts } from '../ports/docker-host.ts';
import { projectFiles, storeOwner } from './box-settings.ts';
import { projectSet, type ServiceChoice } from './choose-services.ts';
import { formatProjectState, type ProjectState, stateFile } from './project-state.ts';
import type { Wish } from './read-wish.ts';
import { formatResolved, resolveModels } from './resolve-models.ts';
import type { StoreAccess } from './store-container.ts';

export interface DesiredRequest extends ServiceChoice {
  readonly wish: Wish;
  /** the project's containers, for the ports they hold */
  readonly containers: readonly ContainerFacts[];
  /** where the Compose file will lie with its secrets; the project's state folder unless told */
  readonly folder?: string;
}

/** What is wanted, with the values that only the apply step may see. */
export interface Wanted {
  readonly desired: Desired;
  readonly selection: Selection;
  readonly access: StoreAccess;
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * Everything that `up` wants to be true, from the project's wish and the hubs.
 * @throws RmaError of the hubs (1, 4, 6) or the ports (3)
 */
export async function makeDesired(box: Box, request: DesiredRequest): Promise<Wanted> {
  const { config } = request;
  const { selection, state, secrets, known } = request.wish;
  const files = projectFiles(config);
  const pinned = await resolveModels(box, selection.refs, known);
  const host = box.hostName;
  const owner = await storeOwner(box, config);
  const ports = await ownPorts(box, request, selection, state.ports);
  const tag = await box.image.tag(config.images.workerBase);
  const stack = buildStack({
    version: RMA_VERSION,
    config: { ...config, stateDir: request.folder ?? config.stateDir },
    selection,
    placement: new Map(),
    pinned,
    workerImage: tag,
    host,
    owner,
    ports,
    secrets: new Set(secrets.keys()),
    environment: box.environment,
  });
  const texts: readonly (readonly [string, string])[] = [
    [files.compose, stack.text],
    [files.resolved, formatResolved(pinned)],
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
  return { desired, selection, access, secrets };
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

/** Ports in use are found by asking the machine from the engine's usual port up, as far as a free one is needed. */
async function ownPorts(
  box: Box,
  request: DesiredRequest,
  selection: Selection,
  remembered: Readonly<Record<string, number>>,
): Promise<ReadonlyMap<string, number>> {
  const { config, containers } = request;
  const held = containers.flatMap(({ service, ports }) =>
    ports.map(({ hostPort }) => [service, hostPort] as const),
  );
  const kept = new Map([...Object.entries(remembered), ...held]);
  const own = new Set(held.map(([, port]) => port));
  const taken = new Set<number>();
  for (;;) {
    const chosen = choosePorts({ selection, config, taken, kept });
    const free = [...chosen.values()].filter((port) => !own.has(port) && !taken.has(port));
    const inUse = await Promise.all(free.map(async (port) => box.portTaken(config.bind, port)));
    const found = free.filter((_, at) => inUse[at]);
    if (found.length === 0) return chosen;
    for (const port of found) taken.add(port);
  }
}
