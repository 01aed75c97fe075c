import { pinnedBytes } from '../domain/pinned-model.ts';
import type { ServicePlacement } from '../domain/placement.ts';
import type { SelectedProfile, SelectedService } from '../domain/selection.ts';
import { LABEL } from '../labels.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { pinnedModel } from './build-worker-config.ts';
import {
  COMMON_KEYS,
  hostPort,
  NO_GPU,
  publishedPort,
  publishedUrl,
  serviceLabels,
  sorted,
} from './common-keys.ts';
import { engineComment } from './engine-comment.ts';
import { engineImage } from './engine-image.ts';
import { engineResources } from './engine-resources.ts';
import { type EngineWords, engineWords, fillWords } from './engine-words.ts';
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping, ServiceDraft } from './service-draft.ts';
import { volumeMount } from './volumes.ts';

/** The order that `nvidia-smi` counts in; CUDA's own puts the fastest GPU first. */
const GPU_ORDER = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' };

/** One engine. It reads the store and never writes there; what it writes itself goes to the cache volume. */
export function engineService(input: RenderInput, selected: SelectedService): ServiceDraft {
  const { service: name, profile, engine, models } = selected;
  const placement = input.placement.get(name);
  const image = engineImage(input.config, engine, placement?.devices ?? []);
  const refs = models.map(({ ref }) => pinnedModel(input, ref).ref);
  const owner = ownerOf(input, selected);
  const words = engineWords(input, selected);
  return {
    name,
    role: 'engine',
    profile,
    image,
    secrets: [],
    models: [],
    port: hostPort(input, name),
    comment: engineComment(selected, publishedUrl(input, name), placement),
    labels: { ...serviceLabels(input, name, owner, refs), ...gpuLabels(placement) },
    configContent: null,
    definition: {
      image,
      ...cacheUser(input, selected),
      command: engineCommand(selected, placement, words),
      depends_on: { [owner.worker]: { condition: 'service_healthy' } },
      ...COMMON_KEYS,
      environment: engineEnvironment(selected, placement, words),
      volumes: engineVolumes(input, selected),
      ports: [publishedPort(input, name, engine.port)],
      healthcheck: {
        test: engine.healthTest.map((item) => fillWords(item, words)),
        interval: '10s',
        timeout: '10s',
        retries: 3,
        start_period: `${startMinutes(input, selected)}m`,
        start_interval: '2s',
      },
      stop_grace_period: `${engine.stopGraceSeconds}s`,
      ...engineResources(selected, placement),
    },
  };
}

function ownerOf({ selection }: RenderInput, { service, profile }: SelectedService): SelectedProfile {
  const owner = selection.profiles.find(({ name }) => name === profile);
  if (owner === undefined) throw new Error(`no worker owns ${service}`);
  return owner;
}

/** What was promised, for the next plan to count with. */
function gpuLabels(placement: ServicePlacement | undefined): Record<string, string> {
  if (placement === undefined || placement.devices.length === 0) return {};
  return {
    [LABEL.gpus]: placement.devices.map(({ uuid }) => uuid).join(' '),
    [LABEL.memory]: String(placement.bytesPerGpu),
  };
}

/**
 * A folder or an export belongs to the store's user, and root without its rights (or squashed by the server) cannot
 * write there; a named volume belongs to root, whom the images run as.
 */
function cacheUser({ config, owner }: RenderInput, { engine }: SelectedService): ComposeMapping {
  if (engine.cachePath === null || config.volumes.cache.type === 'named') return {};
  return { user: `${owner.uid}:${owner.gid}` };
}

function engineCommand(
  { engine, flags }: SelectedService,
  placement: ServicePlacement | undefined,
  words: EngineWords,
): string[] {
  const gpus = placement?.devices.length ?? 0;
  const items = [
    ...engine.command,
    ...(gpus > 0 ? engine.gpuCommand : []),
    ...(gpus > 0 ? (placement?.exclusive ? engine.exclusiveCommand : engine.sharedCommand) : []),
    ...(gpus > 1 ? engine.parallelCommand : []),
  ];
  return [...items.map((item) => fillWords(item, words)), ...flags];
}

function engineEnvironment(
  { engine }: SelectedService,
  placement: ServicePlacement | undefined,
  words: EngineWords,
): Record<string, string> {
  const onGpu = placement !== undefined && placement.devices.length > 0;
  const own = { ...engine.environment, ...(onGpu ? engine.gpuEnvironment : {}) };
  const filled = Object.entries(own).map(([name, value]) => [name, fillWords(value, words)] as const);
  return sorted({ ...Object.fromEntries(filled), ...(onGpu ? GPU_ORDER : NO_GPU), HF_HUB_OFFLINE: '1' });
}

function engineVolumes({ config }: RenderInput, { engine }: SelectedService): ComposeMapping[] {
  const store = volumeMount(config, 'store', STORE_MOUNT, true);
  return engine.cachePath === null ? [store] : [store, volumeMount(config, 'cache', engine.cachePath, false)];
}

const LEAST_MINUTES = 30;
const BASE_MINUTES = 10;
/** 20 MB/s: a busy network file system. */
const BYTES_PER_MINUTE = 20e6 * 60;

/**
 * How long an engine that loads its weights counts as starting and not as unhealthy, minutes: 10 for its own start and
 * compiling, and the time to read the weights at 20 MB/s; at least 30.
 */
function startMinutes(input: RenderInput, { models }: SelectedService): number {
  const bytes = models.reduce((sum, { ref }) => sum + pinnedBytes(pinnedModel(input, ref)), 0);
  return Math.max(LEAST_MINUTES, BASE_MINUTES + Math.ceil(bytes / BYTES_PER_MINUTE));
}
