import { composeService, extraVolumeKey } from '../compose-file/compose-service.ts';
import type { ComposeMapping, ComposeValue } from '../compose-file/compose-value.ts';
import { dockerVolume } from '../docker/volume-of.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { Fleet, MountSpec, ServiceSpec } from '../fleet/service-spec.ts';
import { configName } from './config-files.ts';

/** The generic resource that nodes advertise for each GPU (`node-generic-resources` of the Docker daemon). */
export const GPU_RESOURCE = 'NVIDIA-GPU';

/** Keys of a service that mean the same in a stack as in a Compose file. */
const SHARED_KEYS: ReadonlySet<string> = new Set([
  'image',
  'command',
  'user',
  'cap_drop',
  'logging',
  'read_only',
  'environment',
  'healthcheck',
  'stop_grace_period',
  'ulimits',
]);

/** Returns the label that nodes need to run services of a project. */
export function nodeLabel(project: string): string {
  return `rma.${project}`;
}

/**
 * Returns a service of a stack.
 * @throws RmaError RMA_SWARM_MOUNT (2) for an engine that mounts a directory of a volume
 */
export function swarmService(spec: ServiceSpec, fleet: Fleet): ComposeMapping {
  const shared = Object.entries(composeService(spec, fleet.volumes)).filter(([key]) => SHARED_KEYS.has(key));
  return {
    ...Object.fromEntries(shared),
    // the second name is that of the endpoints in registrations
    networks: { default: { aliases: [`${spec.name}.${fleet.project}`] } },
    ...configs(spec),
    ...list('secrets', spec.secrets),
    ...list('volumes', volumes(spec, fleet)),
    deploy: deploy(spec, fleet.project),
  };
}

function configs(spec: ServiceSpec): ComposeMapping {
  if (spec.configFile === null) return {};
  return { configs: [{ source: configName(spec), target: spec.configFile.path }] };
}

function volumes(spec: ServiceSpec, fleet: Fleet): readonly ComposeMapping[] {
  const { extraMounts = [], mounts, resources } = spec;
  return [
    ...mounts.map((mount) => volumeMount(spec, mount, fleet)),
    ...extraMounts.map(({ source, path, readOnly }) => ({
      ...(source.type === 'named'
        ? { type: 'volume', source: extraVolumeKey(source.name) }
        : { type: 'bind', source: source.path }),
      target: path,
      ...access(readOnly),
    })),
    // a stack ignores `shm_size`
    ...(resources.sharedMemoryBytes === null
      ? []
      : [{ type: 'tmpfs', target: '/dev/shm', tmpfs: { size: resources.sharedMemoryBytes } }]),
  ];
}

function volumeMount(spec: ServiceSpec, mount: MountSpec, fleet: Fleet): ComposeMapping {
  const { volume: role, directory, path, readOnly } = mount;
  const source = fleet.volumes.find((each) => each.role === role)?.source;
  if (source === undefined) throw new Error(`the fleet declares no volume for ${role}`);
  const volume = dockerVolume(role, source);
  if (volume.type === 'host') {
    const directoryPath = directory === undefined ? volume.path : `${volume.path}/${directory}`;
    return { type: 'bind', source: directoryPath, target: path, ...access(readOnly) };
  }
  if (directory !== undefined) throw noDirectory(spec.name, path);
  // Services start in any order: only the worker, whose image has the right owner, may initialize an empty volume.
  const isOwner = role === 'store' && !readOnly && Object.keys(volume.options).length === 0;
  return {
    type: 'volume',
    source: role,
    target: path,
    ...access(readOnly),
    ...(isOwner || role === 'cache' ? {} : { volume: { nocopy: true } }),
  };
}

function noDirectory(service: string, path: string): RmaError {
  return new RmaError(
    'RMA_SWARM_MOUNT',
    `${service} mounts a directory of the store at ${path}; a stack can only mount whole volumes`,
    {
      exitCode: EXIT.usage,
      hint: 'use a directory of the nodes as the store, also one on NFS: --volume host:PATH',
    },
  );
}

function deploy({ mounts, gpus, resources }: ServiceSpec, project: string): ComposeMapping {
  const { memoryLimitBytes, memoryReservationBytes, maxProcesses } = resources;
  const limits = {
    ...(memoryLimitBytes === null ? {} : { memory: `${memoryLimitBytes}b` }),
    ...(maxProcesses === null ? {} : { pids: maxProcesses }),
  };
  const reservations = {
    ...(memoryReservationBytes === null ? {} : { memory: `${memoryReservationBytes}b` }),
    ...(gpus === null ? {} : { generic_resources: [gpuResource(gpus.devices.length)] }),
  };
  const placement = { constraints: [`node.labels.${nodeLabel(project)} == true`] };
  return {
    replicas: 1,
    // an old task next to the new one would need more GPUs, and register twice
    update_config: { order: 'stop-first' },
    restart_policy: { condition: 'any', delay: '10s' },
    ...(mounts.length === 0 ? {} : { placement }),
    ...section('resources', { ...section('limits', limits), ...section('reservations', reservations) }),
  };
}

function gpuResource(value: number): ComposeMapping {
  return { discrete_resource_spec: { kind: GPU_RESOURCE, value } };
}

function access(readOnly: boolean): ComposeMapping {
  return readOnly ? { read_only: true } : {};
}

function list(key: string, values: readonly ComposeValue[]): ComposeMapping {
  return values.length === 0 ? {} : { [key]: values };
}

function section(key: string, value: ComposeMapping): ComposeMapping {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}
