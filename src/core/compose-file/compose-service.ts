import { hostGateway } from '../docker/host-gateway.ts';
import { dockerVolume } from '../docker/volume-of.ts';
import type {
  ExtraMountSpec,
  GroupSpec,
  MountSpec,
  PortSpec,
  ProbeSpec,
  ResourceSpec,
  ServiceSpec,
  VolumeSpec,
} from '../fleet/service-spec.ts';
import { LABEL } from '../labels.ts';
import type { ComposeMapping, ComposeValue } from './compose-value.ts';

/** What every service has: `restart: always` of a spec, no capabilities, bounded logs. */
const COMMON_KEYS: ComposeMapping = {
  restart: 'unless-stopped',
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
};

/** On a host whose default runtime is `nvidia`, a CUDA image without this variable gets every GPU. */
const NO_GPU = { NVIDIA_VISIBLE_DEVICES: 'void' };

/** Returns the definition of a service in the Compose file, without its labels. */
export function composeService(spec: ServiceSpec, volumes: readonly VolumeSpec[]): ComposeMapping {
  const { user, readOnlyRoot } = spec.security;
  return {
    image: spec.image.reference,
    ...(spec.image.origin === 'built' ? { pull_policy: 'never' } : {}),
    ...(spec.entrypoint === undefined ? {} : { entrypoint: spec.entrypoint }),
    // an empty list would replace the command of the image by none
    ...filled('command', spec.arguments),
    ...(user === null ? {} : { user: `${user.uid}:${user.gid}` }),
    ...filled('depends_on', healthyFirst(spec.startsAfter)),
    ...COMMON_KEYS,
    ...(readOnlyRoot ? { read_only: true } : {}),
    environment: sorted({ ...(spec.gpus === null ? NO_GPU : {}), ...spec.environment }),
    ...(spec.hostAlias === null ? {} : { extra_hosts: [hostGateway(spec.hostAlias)] }),
    ...(spec.configFile === null ? {} : { configs: [{ source: spec.name, target: spec.configFile.path }] }),
    ...filled('secrets', spec.secrets),
    ...filled('volumes', [
      ...spec.mounts.map((mount) => composeMount(mount, volumes)),
      ...(spec.extraMounts ?? []).map(composeExtraMount),
      ...(spec.group === undefined ? [] : [composeGroupMount(spec.group)]),
    ]),
    ...networkOf(spec),
    ...healthCheckOf(spec),
    stop_grace_period: `${spec.stopGraceSeconds}s`,
    ...composeResources(spec),
  };
}

/** Returns the labels by which rma finds the service's container again. */
export function composeLabels(spec: ServiceSpec, project: string): Readonly<Record<string, string>> {
  const { profile, models, role, engines, gpus, resources } = spec;
  return {
    [LABEL.project]: project,
    [LABEL.service]: spec.name,
    ...(profile === null ? {} : { [LABEL.profile]: profile.name, [LABEL.variant]: profile.variant }),
    ...(models.length === 0 ? {} : { [LABEL.models]: models.join(' ') }),
    ...(role === 'worker' ? { [LABEL.engines]: engines.join(' ') } : {}),
    ...(gpus === null
      ? {}
      : { [LABEL.gpus]: gpus.devices.join(' '), [LABEL.memory]: String(gpus.bytesPerDevice) }),
    ...(resources.neededRamBytes > 0 && { [LABEL.ram]: String(resources.neededRamBytes) }),
    ...(gpus?.exclusive === true && { [LABEL.exclusive]: 'true' }),
  };
}

function healthyFirst(services: readonly string[]): ComposeMapping {
  return Object.fromEntries(services.map((name) => [name, { condition: 'service_healthy' }]));
}

function composeMount(
  { volume: role, directory, path, readOnly }: MountSpec,
  volumes: readonly VolumeSpec[],
): ComposeMapping {
  const spec = volumes.find((each) => each.role === role);
  if (spec === undefined) throw new Error(`the fleet declares no volume for ${role}`);
  const volume = dockerVolume(role, spec.source);
  const access = readOnly ? { read_only: true } : {};
  if (volume.type === 'host') {
    // Docker would create a missing directory as root, where no other user could write.
    const source = directory === undefined ? volume.path : `${volume.path}/${directory}`;
    return { type: 'bind', source, target: path, ...access, bind: { create_host_path: false } };
  }
  // Docker copies an image's files, with their owners, into an empty volume; a server that squashes root refuses that.
  const copy = Object.keys(volume.options).length > 0 ? { nocopy: true } : {};
  const part = directory === undefined ? {} : { subpath: directory };
  return { type: 'volume', source: role, target: path, ...access, ...filled('volume', { ...copy, ...part }) };
}

function composeExtraMount({ source, path, readOnly }: ExtraMountSpec): ComposeMapping {
  const access = readOnly ? { read_only: true } : {};
  if (source.type === 'named')
    return { type: 'volume', source: extraVolumeKey(source.name), target: path, ...access };
  return { type: 'bind', source: source.path, target: path, ...access, bind: { create_host_path: false } };
}

function composeGroupMount({ volume, path }: GroupSpec): ComposeMapping {
  return { type: 'volume', source: volume, target: path, volume: { nocopy: true } };
}

/** Returns the key of a volume of the user in the Compose file, which none of rma's own has. */
export function extraVolumeKey(name: string): string {
  return `extra-${name}`;
}

function networkOf({ group, ports }: ServiceSpec): ComposeMapping {
  return group?.network === 'host' ? { network_mode: 'host' } : filled('ports', ports.map(composePort));
}

/** Published on one address only: Docker publishes ports around the host firewall. */
function composePort({ container, published: { address, port } }: PortSpec): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}:${container}`;
}

/** A member of a group runs another program than the image checks. */
function healthCheckOf({ probe, group }: ServiceSpec): ComposeMapping {
  if (probe !== null) return { healthcheck: healthCheck(probe) };
  return group === undefined ? {} : { healthcheck: { disable: true } };
}

function healthCheck({ exec, ...timing }: ProbeSpec): ComposeMapping {
  return {
    test: 'script' in exec ? ['CMD-SHELL', exec.script] : ['CMD', ...exec.command],
    interval: `${timing.intervalSeconds}s`,
    timeout: `${timing.timeoutSeconds}s`,
    retries: timing.retries,
    start_period: longDuration(timing.startPeriodSeconds),
    start_interval: `${timing.startIntervalSeconds}s`,
  };
}

function composeResources({ resources, gpus }: ServiceSpec): ComposeMapping {
  const { memoryLimitBytes, memoryReservationBytes, maxProcesses, sharedMemoryBytes, ulimits } = resources;
  const limits = { ...memory(memoryLimitBytes), ...(maxProcesses === null ? {} : { pids: maxProcesses }) };
  const reservations = { ...memory(memoryReservationBytes), ...reservedGpus(gpus?.devices ?? []) };
  return {
    ...(sharedMemoryBytes === null ? {} : { shm_size: dockerSize(sharedMemoryBytes) }),
    ...filled('ulimits', ulimits),
    ...filled(
      'deploy',
      filled('resources', { ...filled('limits', limits), ...filled('reservations', reservations) }),
    ),
  };
}

function memory(bytes: ResourceSpec['memoryLimitBytes']): ComposeMapping {
  return bytes === null ? {} : { memory: dockerSize(bytes) };
}

/**
 * By UUID, which no reboot and no other container changes; `count: 1` means GPU 0 for every service. With the capability
 * `gpu` alone the image decides which driver libraries it gets, so the others are listed too.
 */
function reservedGpus(uuids: readonly string[]): ComposeMapping {
  if (uuids.length === 0) return {};
  const capabilities = ['gpu', 'compute', 'utility'];
  return { devices: [{ driver: 'nvidia', device_ids: uuids, capabilities }] };
}

/** The size in the largest of Docker's units, which count by 1024, that divides it. */
function dockerSize(bytes: number): string {
  const units = [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => bytes % candidate === 0) ?? ['b', 1];
  return `${bytes / size}${unit}`;
}

/** Whole days in hours, whole minutes in minutes, else seconds. */
function longDuration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** The key with its value, or nothing where the value is empty. */
function filled(key: string, value: ComposeMapping | readonly ComposeValue[]): ComposeMapping {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

function sorted(mapping: Readonly<Record<string, string>>): ComposeMapping {
  return Object.fromEntries(Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)));
}
