import type { MountSpec, ServiceSpec } from '../fleet/service-spec.ts';
import { formatBytes } from '../units.ts';
import { configAnnotation, engineConfigMount, engineConfigVolume } from './engine-config.ts';
import { extraVolumeMounts, extraVolumes } from './extra-volumes.ts';
import { type KubernetesInput, replicasOf, servicesOf } from './kubernetes-input.ts';
import { filled, type Manifest, type ManifestMapping, type ManifestValue } from './manifest.ts';
import { metadata, selectorOf, serviceLabels } from './metadata.ts';
import { MODELS_MOUNT, modelsLabel } from './models-volume.ts';
import { gpuBytes, neededBytes } from './node-placement.ts';
import {
  downloadSeconds,
  ENGINE_SECURITY,
  environment,
  imageOf,
  literal,
  modelAnnotations,
  podSpec,
  resources,
  TMP_MOUNT,
  TMP_VOLUME,
} from './pod.ts';
import { prepareModels } from './prepare-models.ts';
import { probes } from './probes.ts';
import { byteQuantity } from './quantity.ts';
import { API_KEY_MOUNT, secretsVolume } from './secrets.ts';

/** On a node whose default runtime is `nvidia`, a CUDA image without this variable gets every GPU. */
const NO_GPU = { NVIDIA_VISIBLE_DEVICES: 'void' };

/** Returns the Deployment of an engine. */
export function engineDeployment(input: KubernetesInput, spec: ServiceSpec): Manifest {
  const { project } = input.fleet;
  const preparation = prepareModels(input, workerOf(input, spec), spec);
  const labels = serviceLabels(project, spec.name, 'engine');
  const replicas = replicasOf(input, spec.name);
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(input, spec.name, { labels }),
      spec: {
        replicas,
        progressDeadlineSeconds: downloadSeconds(input) + (spec.probe?.startPeriodSeconds ?? 0),
        strategy: strategy(spec, replicas),
        selector: { matchLabels: selectorOf(project, spec.name) },
        template: {
          metadata: {
            labels: { ...labels, ...modelsLabel(input) },
            annotations: { ...modelAnnotations(input, spec.models), ...configAnnotation(spec) },
          },
          spec: podSpec(input, {
            mountsModels: true,
            spec,
            initContainers: preparation.initContainers,
            container: engineContainer(input, spec),
            volumes: [...preparation.volumes, TMP_VOLUME, ...ownVolumes(input, spec)],
            graceSeconds: spec.stopGraceSeconds,
          }),
        },
      },
    },
    comment: [spec.comment, ...gpuComment(input, spec)].join('\n'),
    comments: {
      'spec.progressDeadlineSeconds': 'The time to download the models counts, too.',
      ...(replicas === 1 && spec.gpus !== null
        ? { 'spec.strategy': 'A new pod next to the old one would need more GPUs.' }
        : {}),
      'spec.template.metadata.annotations':
        'Changes with the models of this service: then its pods are replaced.',
      'spec.template.spec.initContainers': preparation.comment,
      ...homeComment(spec),
    },
  };
}

function homeComment({ security }: ServiceSpec): Readonly<Record<string, string>> {
  return security.user === null
    ? {
        'spec.template.spec.securityContext':
          'The image runs as this user; it writes to emptyDir volumes only.',
      }
    : {};
}

function workerOf(input: KubernetesInput, { startsAfter, name }: ServiceSpec): ServiceSpec {
  const worker = servicesOf(input, 'worker').find((each) => startsAfter.includes(each.name));
  if (worker === undefined) throw new Error(`${name} has no worker`);
  return worker;
}

function gpuComment(input: KubernetesInput, spec: ServiceSpec): readonly string[] {
  const placed = input.placement.get(spec.name);
  if (placed === undefined || spec.gpus === null) return [];
  const count = spec.gpus.devices.length;
  const where = count === 1 ? 'a GPU' : `${count} GPUs, each`;
  const total = formatBytes(Math.min(...placed.devices.map(({ totalBytes }) => totalBytes)));
  return [
    `Needs ${where} with ${formatBytes(gpuBytes(input, spec))} (${formatBytes(neededBytes(placed))} for the models); planned for ${total}.`,
  ];
}

/** Without it, Kubernetes stores a default that later makes it reject another type. */
function strategy({ gpus }: ServiceSpec, replicas: number): ManifestMapping {
  if (gpus !== null && replicas === 1) return { type: 'Recreate' };
  const rollingUpdate =
    gpus === null ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 };
  return { type: 'RollingUpdate', rollingUpdate };
}

function engineContainer(input: KubernetesInput, spec: ServiceSpec): ManifestMapping {
  const { gpus, ports } = spec;
  const devices = gpus === null ? {} : { [input.settings.gpuResource]: gpus.devices.length };
  const variables = { ...(gpus === null ? NO_GPU : {}), ...homeOf(spec), ...spec.environment };
  return {
    name: 'engine',
    ...imageOf(input, spec),
    ...filled('args', spec.arguments.map(literal)),
    env: environment(variables),
    ...filled(
      'ports',
      ports.map(({ container }) => ({ name: 'http', containerPort: container })),
    ),
    ...probes(spec.probe),
    ...resources(spec, { devices }),
    securityContext: ENGINE_SECURITY,
    volumeMounts: [modelsMount(spec), TMP_MOUNT, ...ownMounts(spec)],
  };
}

/** A user that the image does not know has no home directory. */
function homeOf({ environment: variables }: ServiceSpec): Readonly<Record<string, string>> {
  return variables['HOME'] === undefined ? { HOME: '/tmp' } : {};
}

/** The store, or the directory of it that contains the models of an engine that scans one. */
function modelsMount({ mounts }: ServiceSpec): ManifestMapping {
  const store = mounts.find(({ volume }) => volume === 'store');
  if (store?.directory === undefined) return MODELS_MOUNT;
  return { ...MODELS_MOUNT, mountPath: store.path, subPath: store.directory };
}

function cachesOf({ mounts }: ServiceSpec): readonly MountSpec[] {
  return mounts.filter(({ volume }) => volume !== 'store');
}

function ownMounts(spec: ServiceSpec): readonly ManifestMapping[] {
  return [
    ...cachesOf(spec).map(({ volume, path }) => ({ name: volume, mountPath: path })),
    ...extraVolumeMounts(spec),
    ...engineConfigMount(spec),
    ...(spec.secrets.length === 0 ? [] : [API_KEY_MOUNT]),
    ...(spec.resources.sharedMemoryBytes === null ? [] : [{ name: 'shm', mountPath: '/dev/shm' }]),
  ];
}

function ownVolumes(input: KubernetesInput, spec: ServiceSpec): readonly ManifestMapping[] {
  const apiKey = secretsVolume(input, spec.secrets, API_KEY_MOUNT);
  const { sharedMemoryBytes } = spec.resources;
  const memory: readonly ManifestValue[] =
    sharedMemoryBytes === null
      ? []
      : [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: byteQuantity(sharedMemoryBytes) } }];
  return [
    ...cachesOf(spec).map(({ volume }) => ({ name: volume, emptyDir: {} })),
    ...extraVolumes(spec),
    ...engineConfigVolume(spec),
    ...(apiKey === null ? [] : [apiKey]),
    ...memory,
  ] as ManifestMapping[];
}
