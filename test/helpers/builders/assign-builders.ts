import type { ProfilePlacement } from '../../../src/core/domain/config.ts';
import type { ContainerFacts } from '../../../src/core/domain/container.ts';
import type { Catalog, ProfileVariant } from '../../../src/core/domain/profile.ts';
import { NOTHING_RESOLVED } from '../../../src/core/domain/resolved-models.ts';
import type {
  AssignableHost,
  AssignRequest,
  HostAssignment,
  ObservedHost,
} from '../../../src/core/hosts/assign-types.ts';
import { containerOf } from '../host/container-of.ts';
import { snapshotOf } from '../host/snapshot-of.ts';
import { gpuOf, inventoryOf } from './place-box.ts';
import { catalogOf, configOf, engineOf, profileServiceOf } from './render-builders.ts';

const GIB = 2 ** 30;

/** Variants of a profile by their GPU memory in GiB, best first; 0: on the CPU. */
export type Sizes = Readonly<Record<string, readonly number[]>>;

/** Returns a catalog with these profiles, each with one service on one GPU, and the CPU worker. */
export function sizedCatalog(sizes: Sizes): Catalog {
  const engines = [engineOf('llm', { gpu: 'optional', sharesGpu: true })];
  const names = ['cpu-worker', ...Object.keys(sizes)];
  const base = catalogOf(Object.fromEntries(names.map((name) => [name, [profileServiceOf()]])), engines);
  const models = new Map(base.models);
  const served = new Map(base.served);
  const profiles = new Map(base.profiles);
  for (const [name, variants] of Object.entries(sizes)) {
    const known = base.profiles.get(name);
    if (known === undefined) throw new Error(`no profile ${name}`);
    const made = variants.map((gib, at): ProfileVariant => {
      const model = `${name}-${at}`;
      const ref = `hf:org/${model}:${model}.gguf`;
      const gpuMemoryBytes = gib === 0 ? null : gib * GIB;
      models.set(model, { ...must(base.models.get('small')), name: model, ref, gpuMemoryBytes });
      served.set(model, { ...must(base.served.get('small')), name: model, ref });
      const service = profileServiceOf({ models: [model], gpus: gib === 0 ? 0 : 1 });
      return { name: `v${at}`, services: [service] };
    });
    const [first, ...rest] = made;
    profiles.set(name, { ...known, variants: [must(first), ...rest] });
  }
  return { ...base, models, served, profiles };
}

export interface HostParts {
  /** GiB of each GPU */
  readonly gpus?: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly runs?: readonly string[];
  readonly containers?: readonly ContainerFacts[];
  readonly config?: ObservedHost['config'];
  readonly memoryBytes?: number | null;
}

/** Returns a host that answered. */
export function hostWith(name: string, parts: HostParts = {}): AssignableHost {
  const { gpus = [], labels = {}, runs = [], containers = [], memoryBytes = null } = parts;
  const inventory = inventoryOf(
    ...gpus.map((gib, index) => {
      const gpu = gpuOf(index, gib * 1024 + 300);
      return { ...gpu, uuid: `GPU-${name}-${index}` };
    }),
  );
  const snapshot = snapshotOf({ gpus: inventory, allContainers: containers });
  return {
    name,
    labels,
    runs,
    state: {
      kind: 'observed',
      config: parts.config ?? configOf({ project: 'demo' }),
      serviceNames: {},
      snapshot: { ...snapshot, engine: { ...snapshot.engine, memoryBytes } },
    },
  };
}

/** Returns a host that does not respond. */
export function lostHost(name: string, runs: readonly string[] = []): AssignableHost {
  return { name, labels: {}, runs, state: { kind: 'unreachable' } };
}

/** Returns a host that the command does not select. */
export function otherHost(name: string, runs: readonly string[] = []): AssignableHost {
  return { name, labels: {}, runs, state: { kind: 'not-selected' } };
}

/** Returns a request for all profiles with these sizes. */
export function assignRequest(
  sizes: Sizes,
  hosts: readonly AssignableHost[],
  over: Partial<AssignRequest> = {},
): AssignRequest {
  return {
    project: 'demo',
    catalog: sizedCatalog(sizes),
    profiles: Object.keys(sizes),
    named: [],
    resolved: NOTHING_RESOLVED,
    placement: {},
    hosts,
    replanLost: false,
    ...over,
  };
}

export function placementOf(over: Partial<ProfilePlacement> = {}): ProfilePlacement {
  return { replicas: 1, hosts: [], labels: {}, strategy: 'spread', ...over };
}

/** Returns the request after the assignment was applied: its containers run on the hosts. */
export function applied(request: AssignRequest, assignment: HostAssignment): AssignRequest {
  const hosts = request.hosts.map((host): AssignableHost => {
    const runs = assignment.profiles.get(host.name) ?? [];
    const round = assignment.rounds.get(host.name);
    if (host.state.kind !== 'observed') return { ...host, runs };
    const { snapshot } = host.state;
    const others = snapshot.allContainers.filter(({ project }) => project !== request.project);
    const allContainers = round === undefined ? others : [...others, ...containersOf(request, round)];
    const serviceNames = Object.fromEntries(
      (round?.selection.services ?? []).map(({ service, identity }) => [service, identity]),
    );
    return {
      ...host,
      runs,
      state: { ...host.state, serviceNames, snapshot: { ...snapshot, allContainers } },
    };
  });
  return { ...request, hosts };
}

type Round = HostAssignment['rounds'] extends ReadonlyMap<string, infer R> ? R : never;

function containersOf({ project }: AssignRequest, { selection, placed }: Round): readonly ContainerFacts[] {
  const engines = selection.services.map(({ service, profile }) => {
    const given = placed.services.find((each) => each.service === service);
    const { variant = null } = selection.profiles.find(({ name }) => name === profile) ?? {};
    return containerOf({
      id: service,
      project,
      service,
      profile,
      variant,
      gpus: given?.devices.map(({ uuid }) => uuid) ?? [],
      gpuBytes: given?.bytesPerGpu ?? null,
    });
  });
  const workers = selection.profiles.map(({ name, variant, worker, services }) =>
    containerOf({ id: worker, project, service: worker, profile: name, variant, engines: services }),
  );
  return [...engines, ...workers];
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing in the catalog');
  return value;
}
