import type { GpuSettings, RmaConfig, SettingOrigin } from '../domain/config.ts';
import type { ServiceSettings } from '../domain/profile.ts';
import { endpointList } from '../hub/endpoint-list.ts';
import { windowText } from '../network/download-window.ts';
import { redact } from '../redact.ts';
import { extraVolumeText } from './extra-volume.ts';
import { hostValues, visibleText } from './host-values.ts';
import { kubernetesValues } from './kubernetes-values.ts';
import { placementValues } from './placement-values.ts';
import type { ResolvedConfig } from './resolve-config.ts';
import { ALL_SETTINGS } from './settings.ts';
import { sizeText } from './size-text.ts';
import { volumeText } from './volume-text.ts';

type YamlValue = string | number | readonly string[] | Readonly<Record<string, unknown>> | null;

/** One setting in effect. */
export interface EffectiveSetting {
  /** path in rma.yaml */
  readonly key: string;
  /** as rma.yaml writes it, null when not set; secrets left out */
  readonly value: YamlValue;
  readonly origin: SettingOrigin;
}

/** Every setting with its value and origin, in the order of the documentation. */
export function effectiveSettings({
  config,
  origins,
  selectedProfiles,
  hubToken,
}: ResolvedConfig): readonly EffectiveSetting[] {
  const values = yamlValues(config, selectedProfiles ?? []);
  return ALL_SETTINGS.map(({ key }) => {
    const token =
      key === 'hub.token_file' && hubToken.kind === 'env' ? `the variable ${hubToken.name}` : null;
    return { key, value: token ?? values[key] ?? null, origin: origins[key] ?? { from: 'default' } };
  });
}

/** Returns the settings as the data of an equivalent rma.yaml. */
export function asRmaYaml({ config, selectedProfiles }: ResolvedConfig): Readonly<Record<string, unknown>> {
  const file: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(yamlValues(config, selectedProfiles ?? []))) {
    if (value === null) continue;
    const [first = key, second] = key.split('.');
    if (second === undefined) file[first] = value;
    else file[first] = { ...(file[first] as object | undefined), [second]: value };
  }
  return file;
}

/** Returns the source of a value as text: `--port`, `RMA_PORTS`, `rma.yaml:3:7`, `default`. */
export function originText(origin: SettingOrigin): string {
  switch (origin.from) {
    case 'flag':
    case 'env':
      return origin.name;
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'recorded':
      return `${origin.name} of an earlier rma up`;
    case 'hf-auth':
      return 'hf auth login';
    case 'default':
      return 'default';
  }
}

const USE_WORDS: Readonly<Record<GpuSettings['use'], string>> = {
  required: 'true',
  auto: 'auto',
  off: 'false',
};

function yamlValues(config: RmaConfig, added: readonly string[]): Readonly<Record<string, YamlValue>> {
  const { owner, coordinator, hub, network, images } = config;
  return {
    project: config.project,
    profiles: [...new Set([...config.profiles, ...added])],
    hosts: hostValues(config.hosts),
    placement: placementValues(config.placement),
    'volumes.store': volumeText(config.volumes.store),
    'volumes.cache': volumeText(config.volumes.cache),
    'volumes.nfs_options': config.nfsOptions,
    owner: owner === null ? null : `${owner.uid}:${owner.gid}`,
    bind: config.bind,
    'coordinator.host': coordinator.host ?? null,
    'coordinator.port': coordinator.port,
    'coordinator.url': coordinator.url === null ? null : redact(coordinator.url),
    'coordinator.token_file': coordinator.tokenFile,
    'hub.endpoint': endpointsText(hub.endpoints['hf']),
    'hub.ollama_endpoint': endpointsText(hub.endpoints['ollama']),
    'hub.modelscope_endpoint': endpointsText(hub.endpoints['ms']),
    'hub.github_endpoint': endpointsText(hub.endpoints['docling']),
    'hub.sources': hub.sources ?? [],
    'hub.allow_pickle': String(hub.allowPickle === true),
    'hub.token_file': hub.tokenFile,
    ...networkValues(network),
    frozen: String(config.frozen),
    'images.worker_base': images.workerBase,
    'images.engines': images.engines,
    ports: config.ports,
    services: servicesText(config.services ?? {}),
    ...gpuValues(config.gpu),
    variants: config.variants,
    drain_timeout: `${config.drainSeconds}s`,
    ...kubernetesValues(config.kubernetes),
  };
}

function gpuValues(gpu: GpuSettings): Readonly<Record<string, YamlValue>> {
  return {
    'gpu.enable': USE_WORDS[gpu.use],
    'gpu.min_memory': gpu.minBytes === null ? null : sizeText(gpu.minBytes),
    'gpu.visible': visibleText(gpu.visible),
    'gpu.reserve': sizeText(gpu.reserveBytes),
    'gpu.pins': Object.fromEntries(Object.entries(gpu.pins).map(([name, gpus]) => [name, gpus.join('+')])),
  };
}

function networkValues(network: RmaConfig['network']): Readonly<Record<string, YamlValue>> {
  return {
    'models.distribute': network.distribute ?? 'hub',
    'network.ca_file': network.caFile,
    'network.max_rate': network.maxRate === null ? null : sizeText(network.maxRate),
    'network.connections': network.connections,
    'network.window': network.window === null ? 'always' : windowText(network.window),
    'network.offline': String(network.offline),
    'network.peers': network.peers,
    'network.peer_token_file': network.peerTokenFile,
  };
}

/** Returns the settings of services as rma.yaml writes them. */
function servicesText(
  services: Readonly<Record<string, ServiceSettings>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(services).map(([name, settings]) => [name, settingsText(settings)]),
  );
}

function settingsText(settings: ServiceSettings): Readonly<Record<string, unknown>> {
  const { memoryBytes: memory, memoryReservationBytes: reservation, extraVolumes } = settings;
  const values = {
    flags: settings.flags,
    memory: memory ? sizeText(memory) : undefined,
    memory_reservation: reservation ? sizeText(reservation) : undefined,
    gpus: settings.gpus,
    exclusive: settings.exclusive,
    context: settings.context,
    concurrency: settings.concurrency,
    replicas: settings.replicas,
    max_loaded: settings.maxLoaded,
    utilization: settings.utilization,
    environment: settings.environment,
    extra_volumes: extraVolumes?.map(extraVolumeText),
    api_key_file: settings.apiKeyFile,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Returns one address, or the list of several. */
function endpointsText(text = ''): YamlValue {
  const endpoints = endpointList(text).map(redact);
  return endpoints.length > 1 ? endpoints : (endpoints[0] ?? '');
}
