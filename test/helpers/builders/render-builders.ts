import type { RmaConfig } from '../../../src/core/domain/config.ts';
import type { Catalog, Engine, ProfileService } from '../../../src/core/domain/profile.ts';
import { workerTokenSecret } from '../../../src/core/domain/secret-names.ts';
import { choosePorts } from '../../../src/core/fleet/choose-ports.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import { servedModels } from '../../../src/core/profile/find-model.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import type { PinnedHfModel } from '../../../src/core/source/huggingface.ts';

/** Returns an engine similar to a llama.cpp server. */
export function engineOf(name: string, over: Partial<Engine> = {}): Engine {
  return {
    name,
    image: `example/${name}:1`,
    cpuImage: null,
    imagesByCompute: {},
    release: null,
    released: null,
    flagAliases: {},
    abbreviatedFlags: false,
    gpu: 'none',
    minCompute: null,
    minDriver: null,
    sharesGpu: false,
    memory: 'full',
    overheadBytes: 0,
    reads: ['hf', 'url', 'ms'],
    loads: null,
    context: 4096,
    concurrency: 1,
    gpuCommand: [],
    sharedCommand: [],
    exclusiveCommand: [],
    parallelCommand: [],
    gpuEnvironment: {},
    parallelShmBytes: null,
    ulimits: {},
    loadedPath: null,
    port: 8080,
    command: ['--model', '{model}', '--alias', '{name}', '--port', '{port}'],
    environment: {},
    healthPath: '/health',
    modelsPath: '/v1/models',
    metricsPath: '/metrics',
    inFlightMetric: 'requests_processing',
    chatPath: '/v1/chat/completions',
    healthTest: ['CMD', 'curl', '-fsS', 'http://127.0.0.1:{port}/health'],
    stopGraceSeconds: 10,
    cachePath: null,
    modelsMount: null,
    configFile: null,
    ...over,
  };
}

/** Returns a service of a profile, on the CPU by default. */
export function profileServiceOf(over: Partial<ProfileService> = {}): ProfileService {
  return {
    engine: 'llm',
    models: ['small'],
    flags: [],
    memoryBytes: null,
    memoryReservationBytes: null,
    gpus: 0,
    exclusive: false,
    context: null,
    concurrency: null,
    replicas: 1,
    maxLoaded: null,
    ...over,
  };
}

/** Returns a catalog with the models `small` and `big` and the given profiles and engines. */
export function catalogOf(
  profiles: Readonly<Record<string, readonly ProfileService[]>>,
  engines: readonly (string | Engine)[] = ['llm'],
): Catalog {
  const model = (name: string) => ({
    name,
    ref: `hf:org/${name}:${name}.gguf`,
    kind: 'chat' as const,
    license: 'apache-2.0',
    description: name,
    gpuMemoryBytes: null,
    optional: false,
  });
  const made = engines.map((engine) => (typeof engine === 'string' ? engineOf(engine) : engine));
  const known: Pick<Catalog, 'models' | 'profiles'> = {
    models: new Map(['small', 'big'].map((name) => [name, model(name)])),
    profiles: new Map(
      Object.entries(profiles).map(([name, services]) => [
        name,
        {
          name,
          description: `Profile ${name}`,
          minGpuBytes: null,
          recommendedGpuBytes: null,
          variants: [{ name: 'default', services }],
        },
      ]),
    ),
  };
  return {
    ...known,
    served: servedModels(known),
    engines: new Map(made.map((engine) => [engine.name, engine])),
    origins: new Map(),
    engineOrigins: new Map(),
  };
}

/** Returns a model of one file in a hub repository. */
export function pinnedFile(ref: string, over: Partial<PinnedHfModel> = {}): PinnedHfModel {
  const [, repo = '', path = 'model.gguf'] = ref.split(':');
  return {
    source: 'hf',
    ref,
    repo,
    revision: 'main',
    commit: '0123456789abcdef0123456789abcdef01234567',
    complete: false,
    files: [{ path, bytes: 1000, digest: { algorithm: 'sha256', hex: 'ab'.repeat(32) } }],
    ...over,
  };
}

export const HUB: RmaConfig['hub'] = {
  endpoints: {
    hf: 'https://huggingface.co',
    ollama: 'https://registry.ollama.ai',
    ms: 'https://www.modelscope.cn',
  },
  tokenFile: null,
};

/** The documented defaults. */
export const KUBERNETES_DEFAULTS: RmaConfig['kubernetes'] = {
  namespace: null,
  strategy: 'pvc',
  modelsImage: null,
  storageClass: null,
  volumeName: null,
  existingClaim: null,
  accessMode: null,
  storageBytes: null,
  gpuResource: 'nvidia.com/gpu',
  gpuMemoryBytes: null,
  gpuProduct: null,
  workerImage: null,
  imagePullPolicy: null,
  imagePullSecret: null,
  hubSecret: 'hub-tokens',
  replicas: {},
  backoffLimit: 6,
  deadlineSeconds: null,
  ttlSeconds: 86_400,
};

export function configOf(over: Partial<RmaConfig> = {}): RmaConfig {
  return {
    project: 'demo',
    directory: '/srv/demo',
    stateDir: '/srv/demo/.rma',
    toRecord: {},
    profilesDir: null,
    enginesDir: null,
    hosts: {},
    placement: {},
    profiles: ['chat'],
    volumes: { store: { type: 'named', name: 'rma-models' }, cache: { type: 'named', name: 'rma-cache' } },
    owner: null,
    bind: '127.0.0.1',
    coordinator: { port: 7700, url: null, tokenFile: null },
    hub: HUB,
    gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 0, pins: {} },
    variants: {},
    frozen: false,
    network: {
      caFile: null,
      maxRate: null,
      connections: 32,
      window: null,
      offline: false,
      peers: [],
      peerTokenFile: null,
    },
    nfsOptions: null,
    images: { workerBase: 'node:24-slim', engines: {} },
    ports: {},
    drainSeconds: 30,
    kubernetes: KUBERNETES_DEFAULTS,
    ...over,
  };
}

const SMALL = profileServiceOf({ engine: 'llm', models: ['small'] });

/** One profile `chat` with the engine `llm` and the model `small`. */
export function fleetInputOf(over: Partial<FleetInput> = {}): FleetInput {
  const config = over.config ?? configOf();
  const selection = over.selection ?? selectServices(catalogOf({ chat: [SMALL] }), ['chat']);
  return {
    config,
    selection,
    placement: new Map(),
    pinned: new Map(selection.refs.map((ref) => [ref, pinnedFile(ref)])),
    contextLengths: new Map(),
    workerImage: 'rma-worker:1.2.3-0123456789ab',
    host: 'box1',
    owner: { uid: 1000, gid: 1000 },
    ports: choosePorts({ selection, config, taken: new Set(), kept: new Map() }),
    secrets: new Set(['coordinator_key', ...selection.profiles.map(({ name }) => workerTokenSecret(name))]),
    environment: {},
    ...over,
  };
}
