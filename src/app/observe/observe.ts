import { presentImages } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import type { Desired } from '../../core/domain/desired.ts';
import type { Observed, ObservedContainer } from '../../core/domain/observed.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { sha256Hex } from '../../core/hash.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { lostGpus } from './lost-gpus.ts';
import { projectContainers } from './project-containers.ts';
import { projectFiles } from './project-files.ts';
import { freeBytesBeside, lookIntoStore, type StoreAccess } from './store-container.ts';
import { plannedWorkerStatus } from './worker-status.ts';

/** What is there now, on one host: containers, images, volumes, generated files, the store. */
export async function observe(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'ports'>,
  invocation: Pick<Invocation, 'signal'>,
  config: RmaConfig,
  desired: Desired,
  access: StoreAccess,
): Promise<Observed> {
  const images = presentImages(await host.engine.images(), [
    desired.workerImage.tag,
    desired.workerImage.base,
    ...desired.stack.engineImages,
  ]);
  const volumes = await host.engine.volumes();
  const [containers, files, directories, secrets, secretsWrittenAt, store] = await Promise.all([
    observeContainers(host, invocation, config.project),
    fileHashes(host, [...desired.files.keys()]),
    presentDirectories(host, desired),
    secretHashes(host, config, [...desired.secrets.keys()]),
    secretTimes(host, config, [...desired.secrets.keys()]),
    lookIntoStore(host, invocation, { access, models: [...desired.models.values()] }),
  ]);
  return {
    files,
    directories,
    secrets,
    secretsWrittenAt,
    images,
    volumes,
    containers,
    store: store === null ? null : new Map(store.checks.map((check) => [check.ref, check])),
    freeBytes: store?.freeBytes ?? (await freeBytesBeside(host, access)),
    portsTaken: await takenPorts(host, config, desired, containers),
  };
}

/** The project's containers, each worker with what it says of itself. */
export async function observeContainers(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  project: string,
): Promise<readonly ObservedContainer[]> {
  const found = await projectContainers(host, project);
  const told = await Promise.all(
    found.map(async (container) => {
      const asks = roleOf(container) === 'worker' && container.state === 'running';
      return asks ? plannedWorkerStatus(host, invocation, container.id) : null;
    }),
  );
  const lost = await lostGpus(host, invocation, found);
  const faults = new Map([
    ...[...lost].map(([service, { code }]) => [service, code] as const),
    ...told.flatMap((status) =>
      (status?.engines ?? []).flatMap(({ service, fault }) =>
        fault === undefined ? [] : [[service, fault.code] as const],
      ),
    ),
  ]);
  return found.map((container, at) => observedContainer(container, told[at] ?? null, faults));
}

/** Returns a container as planners read it. */
export function observedContainer(
  container: ContainerFacts,
  status: WorkerStatus | null,
  faults: ReadonlyMap<string, ErrorCode>,
): ObservedContainer {
  const { service, profile, state, health, image, configHash, engines, startedAt } = container;
  const worker = status === null ? null : { state: status.state, failure: status.failure };
  const engineFault = faults.get(service) ?? null;
  const role = roleOf(container);
  return {
    service,
    profile,
    role,
    state,
    health,
    image,
    configHash,
    worker,
    engines,
    engineFault,
    startedAt,
  };
}

async function presentDirectories(
  host: Pick<Host, 'files'>,
  { stack }: Desired,
): Promise<ReadonlySet<string>> {
  const facts = await Promise.all(stack.directories.map(async ({ path }) => host.files.facts(path)));
  return new Set(stack.directories.filter((_, at) => facts[at] !== null).map(({ path }) => path));
}

async function fileHashes(
  host: Pick<Host, 'files'>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(paths.map(async (path) => [path, await host.files.read(path)] as const));
  return new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, sha256Hex(text)]])));
}

async function secretHashes(
  host: Pick<Host, 'files'>,
  config: RmaConfig,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const folder = projectFiles(config).secrets;
  const byPath = await fileHashes(
    host,
    names.map((name) => `${folder}/${name}`),
  );
  return new Map([...byPath].map(([path, hash]) => [path.slice(folder.length + 1), hash]));
}

async function secretTimes(
  host: Pick<Host, 'files'>,
  config: RmaConfig,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const folder = projectFiles(config).secrets;
  const facts = await Promise.all(names.map(async (name) => host.files.facts(`${folder}/${name}`)));
  return new Map(names.flatMap((name, at) => (facts[at] ? [[name, facts[at].modifiedMs] as const] : [])));
}

const HOLDS_PORTS = new Set<ObservedContainer['state']>(['running', 'restarting', 'paused']);

/** Ports that this project's own containers hold do not count. */
async function takenPorts(
  host: Pick<Host, 'ports'>,
  config: RmaConfig,
  desired: Desired,
  containers: readonly ObservedContainer[],
): Promise<ReadonlySet<number>> {
  const holding = new Set(
    containers.filter(({ state }) => HOLDS_PORTS.has(state)).map(({ service }) => service),
  );
  const asked = desired.stack.services.filter(({ name, port }) => port !== null && !holding.has(name));
  const taken = await Promise.all(asked.map(async ({ port }) => host.ports.isTaken(config.bind, port ?? 0)));
  return new Set(asked.filter((_, at) => taken[at]).map(({ port }) => port ?? 0));
}
