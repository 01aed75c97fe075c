import type { SelectedService } from '../model/selection.ts';
import { engineSubpath, STORE_MOUNT } from '../models/layout.ts';
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
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping, ServiceDraft } from './service-draft.ts';
import { volumeMount } from './volumes.ts';

/** One engine. It reads the store and never writes there; what it writes itself goes to the cache volume. */
export function engineService(input: RenderInput, selected: SelectedService): ServiceDraft {
  const { config, selection } = input;
  const { service: name, profile, engine, models } = selected;
  const image = config.images.engines[engine.name] ?? engine.image;
  const refs = models.map(({ ref }) => pinnedModel(input, ref).ref);
  const worker = selection.profiles.find((candidate) => candidate.name === profile)?.worker;
  if (worker === undefined) throw new Error(`no worker owns ${name}`);
  const served = models.map((model) => model.name).join(', ');
  return {
    name,
    role: 'engine',
    profile,
    image,
    secrets: [],
    models: [],
    port: hostPort(input, name),
    comment: `${engine.name} serves ${served || 'its models'} at ${publishedUrl(input, name)}`,
    labels: serviceLabels(input, name, profile, refs),
    configContent: null,
    definition: {
      image,
      command: engineCommand(input, selected),
      depends_on: { [worker]: { condition: 'service_healthy' } },
      ...COMMON_KEYS,
      environment: sorted({ ...engine.environment, ...NO_GPU, HF_HUB_OFFLINE: '1' }),
      volumes: engineVolumes(input, selected),
      ports: [publishedPort(input, name, engine.port)],
      // Large weights take minutes to load: until then the engine is starting, not unhealthy.
      healthcheck: {
        test: engine.healthTest.map((item) => item.replaceAll('{port}', String(engine.port))),
        interval: '10s',
        timeout: '10s',
        retries: 3,
        start_period: '30m',
        start_interval: '2s',
      },
      stop_grace_period: `${engine.stopGraceSeconds}s`,
      ...memoryLimit(selected.memoryBytes),
    },
  };
}

function engineCommand(input: RenderInput, { engine, models, flags }: SelectedService): string[] {
  const only = models.length === 1 ? models[0] : undefined;
  const values: Readonly<Record<string, string>> = {
    port: String(engine.port),
    ...(only === undefined
      ? {}
      : { name: only.name, model: `${STORE_MOUNT}/${engineSubpath(pinnedModel(input, only.ref))}` }),
  };
  const fill = (item: string) =>
    item.replace(/\{(model|name|port)\}/g, (found, key: string) => values[key] ?? found);
  return [...engine.command.map(fill), ...flags];
}

function engineVolumes({ config }: RenderInput, { engine }: SelectedService): ComposeMapping[] {
  const store = volumeMount(config, 'store', STORE_MOUNT, true);
  return engine.cachePath === null ? [store] : [store, volumeMount(config, 'cache', engine.cachePath, false)];
}

function memoryLimit(bytes: number | null): ComposeMapping {
  return bytes === null ? {} : { deploy: { resources: { limits: { memory: dockerSize(bytes) } } } };
}

/** Docker's units count by 1024. */
function dockerSize(bytes: number): string {
  const units = [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => bytes % candidate === 0) ?? ['b', 1];
  return `${bytes / size}${unit}`;
}
