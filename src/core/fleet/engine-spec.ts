import { pinnedBytes } from '../domain/pinned-model.ts';
import type { PlacedDevice, ServicePlacement } from '../domain/placement.ts';
import type { Engine } from '../domain/profile.ts';
import { apiKeySecret, secretPath } from '../domain/secret-names.ts';
import type { SelectedProfile, SelectedService } from '../domain/selection.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { engineComment } from './engine-comment.ts';
import { type Endpoint, endpointOf, type FleetInput, pinnedModel } from './fleet-input.ts';
import { type GroupPart, groupArguments, groupEnvironment, groupFields, groupPart } from './group-part.ts';
import {
  fillPlaceholders,
  modelPlaceholders,
  modelsDirectory,
  type Placeholders,
  placeholdersOf,
  shareOf,
} from './placeholders.ts';
import {
  type ConfigFileSpec,
  type GpuSpec,
  type ImageSpec,
  type MountSpec,
  type PortSpec,
  type ProbeSpec,
  type ResourceSpec,
  SERVICE_DEFAULTS,
  type SecuritySpec,
  type ServiceSpec,
} from './service-spec.ts';

/** One engine with what it gets on this host. */
interface EngineContext {
  readonly input: FleetInput;
  readonly selected: SelectedService;
  readonly engine: Engine;
  /** null: it runs on the CPU */
  readonly placement: ServicePlacement | null;
  readonly placeholders: Placeholders;
  /** null: it runs on this host alone */
  readonly part: GroupPart | null;
}

/** Returns the spec of an engine. It mounts the store read-only; what it writes goes to the cache volume. */
export function engineSpec(
  input: FleetInput,
  profile: SelectedProfile,
  selected: SelectedService,
): ServiceSpec {
  const { service: name, engine, models } = selected;
  const context = contextOf(input, selected);
  const { part } = context;
  const answers = engine.port !== null && (part === null || part.isHead);
  const endpoint = answers ? endpointOf(input, name) : null;
  return {
    ...SERVICE_DEFAULTS,
    name,
    role: 'engine',
    profile: { name: profile.name, variant: profile.variant },
    // without a host, there are no GPUs to name
    comment: engineComment(
      selected,
      endpoint?.url ?? null,
      input.domain === undefined ? context.placement : null,
    ),
    image: imageSpec(context),
    arguments: argumentsOf(context),
    environment: environmentOf(context),
    startsAfter: [profile.worker],
    security: securityOf(context),
    mounts: mountsOf(context),
    ...(selected.extraVolumes && { extraMounts: selected.extraVolumes }),
    configFile: configFileOf(context),
    ...apiKeyOf(context),
    ports: portsOf(engine, endpoint),
    probe: probeOf(context),
    stopGraceSeconds: engine.stopGraceSeconds,
    resources: resourcesOf(context),
    gpus: context.placement === null ? null : gpusOf(context.placement),
    models: part?.loadsModel === false ? [] : models.map(({ ref }) => pinnedModel(input, ref).ref),
    ...(part !== null && groupFields(part, selected)),
  };
}

function portsOf({ port }: Engine, endpoint: Endpoint | null): readonly PortSpec[] {
  if (port === null || endpoint === null) return [];
  return [{ container: port, published: { address: endpoint.address, port: endpoint.port } }];
}

function contextOf(input: FleetInput, selected: SelectedService): EngineContext {
  const placement = input.placement.get(selected.service);
  return {
    input,
    selected,
    engine: selected.engine,
    placement: placement === undefined || placement.devices.length === 0 ? null : placement,
    placeholders: placeholdersOf(input, selected),
    part: groupPart(input, selected),
  };
}

function imageSpec(context: EngineContext): ImageSpec {
  const reference = imageOf(context);
  const { image, buildContext } = context.engine;
  if (buildContext === undefined || reference !== image) return { reference, origin: 'pulled' };
  return { reference, origin: 'built', buildContext };
}

/** The user's image, else that for the CPU, for the GPU's compute capability, or the engine's default. */
function imageOf({ input, engine, placement }: EngineContext): string {
  const own = input.config.images.engines[engine.name];
  if (own !== undefined) return own;
  if (placement === null) return engine.cpuImage ?? engine.image;
  return engine.imagesByCompute[placement.devices[0]?.computeCapability ?? ''] ?? engine.image;
}

function argumentsOf({ engine, selected, placement, placeholders, part }: EngineContext): readonly string[] {
  const items = [...engine.command, ...(placement === null ? [] : gpuArguments(engine, placement))];
  const fill = (item: string): string => fillPlaceholders(item, placeholders);
  const own = [...items.map(fill), ...selected.flags];
  return part === null ? own : groupArguments(part, own).map(fill);
}

function gpuArguments(engine: Engine, { devices, exclusive }: ServicePlacement): readonly string[] {
  return [
    ...engine.gpuCommand,
    ...(exclusive ? engine.exclusiveCommand : engine.sharedCommand),
    ...(devices.length > 1 ? engine.parallelCommand : []),
  ];
}

function environmentOf(context: EngineContext): Record<string, string> {
  const { engine, selected, placement, placeholders, part } = context;
  const own = {
    ...engine.environment,
    ...(placement === null ? {} : engine.gpuEnvironment),
    ...(part === null ? {} : groupEnvironment(part)),
  };
  return {
    ...mapValues(own, (value) => fillPlaceholders(value, placeholders)),
    // the order of `nvidia-smi`; CUDA's default puts the fastest GPU first
    ...(placement === null ? {} : { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }),
    HF_HUB_OFFLINE: '1',
    ...selected.environment,
    ...(selected.apiKeyFile && engine.apiKey
      ? { [engine.apiKey.variable]: secretPath(apiKeySecret(selected.service, engine.apiKey.file)) }
      : {}),
  };
}

function apiKeyOf({ engine, selected }: EngineContext): Partial<ServiceSpec> {
  if (!selected.apiKeyFile || !engine.apiKey) return {};
  const secret = apiKeySecret(selected.service, engine.apiKey.file);
  return { secrets: [secret], apiKey: { secret, content: engine.apiKey.content } };
}

/**
 * A cache in a directory or an NFS export belongs to the store's user, and root without capabilities (or squashed by the
 * server) cannot write there. A named volume belongs to root, which the images run as.
 */
function securityOf({ input: { config, owner }, engine }: EngineContext): SecuritySpec {
  const asOwner = engine.cachePath !== null && config.volumes.cache.type !== 'named';
  return { ...SERVICE_DEFAULTS.security, user: asOwner ? owner : null };
}

function mountsOf({
  input,
  engine: { cachePath, modelsMount },
  selected,
}: EngineContext): readonly MountSpec[] {
  const directory = modelsDirectory(input, selected);
  const store: MountSpec =
    modelsMount === null || directory === null
      ? { volume: 'store', path: STORE_MOUNT, readOnly: true }
      : { volume: 'store', directory, path: modelsMount, readOnly: true };
  return cachePath === null ? [store] : [store, { volume: 'cache', path: cachePath, readOnly: false }];
}

/** The file with the engine's text for each model. */
function configFileOf({ input, engine, selected: { models } }: EngineContext): ConfigFileSpec | null {
  const { configFile } = engine;
  if (configFile === null) return null;
  const texts = models.map((model) =>
    fillPlaceholders(configFile.eachModel, modelPlaceholders(input, engine, model)),
  );
  return { path: configFile.path, content: texts.join('') };
}

/** From this number of GPUs on, tensor parallelism gets twice the shared memory. */
const MANY_GPUS = 5;

function resourcesOf({ input, engine, selected, placement }: EngineContext): ResourceSpec {
  const weights = selected.models.map(({ ref }) => pinnedBytes(pinnedModel(input, ref)));
  const gpus = placement?.devices.length ?? 0;
  const sharedMemory = gpus > 1 ? engine.parallelShmBytes : null;
  return {
    memoryLimitBytes: selected.memoryBytes,
    memoryReservationBytes: selected.memoryReservationBytes,
    neededRamBytes: placement === null ? Math.max(0, ...weights) : 0,
    maxProcesses: null,
    sharedMemoryBytes: sharedMemory !== null && gpus >= MANY_GPUS ? 2 * sharedMemory : sharedMemory,
    ulimits: gpus > 0 ? engine.ulimits : {},
  };
}

function gpusOf(placement: ServicePlacement): GpuSpec {
  return {
    devices: placement.devices.map(({ uuid }: PlacedDevice) => uuid),
    bytesPerDevice: placement.bytesPerGpu,
    share: shareOf(placement) ?? 0,
    exclusive: placement.exclusive,
  };
}

function probeOf(context: EngineContext): ProbeSpec | null {
  const { engine, placeholders } = context;
  const { port, healthPath, healthTest } = engine;
  if (healthTest === null) return null;
  const [kind, ...rest] = healthTest.map((item) => fillPlaceholders(item, placeholders));
  return {
    exec: kind === 'CMD-SHELL' ? { script: rest.join(' ') } : { command: rest },
    http: port === null || healthPath === null ? null : { path: healthPath, port },
    intervalSeconds: 10,
    timeoutSeconds: 10,
    retries: 3,
    startPeriodSeconds: 60 * startMinutes(context),
    startIntervalSeconds: 2,
  };
}

const MIN_START_MINUTES = 30;
/** For the engine's own start and for compiling. */
const BASE_START_MINUTES = 10;
/** 20 MB/s: a busy network file system. */
const BYTES_PER_MINUTE = 20e6 * 60;

/** How long an engine may take to read its weights and start before it counts as unhealthy. */
function startMinutes({ input, selected: { models }, part }: EngineContext): number {
  // a group starts when all of its hosts have their models
  if (part !== null) return 7 * 24 * 60;
  const bytes = models.reduce((sum, { ref }) => sum + pinnedBytes(pinnedModel(input, ref)), 0);
  return Math.max(MIN_START_MINUTES, BASE_START_MINUTES + Math.ceil(bytes / BYTES_PER_MINUTE));
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
