import { CA_SECRET } from '../domain/secret-names.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { type KubernetesInput, namespaceOf } from './kubernetes-input.ts';
import type { Manifest, ManifestMapping } from './manifest.ts';
import { metadata, selectorOf, serviceLabels } from './metadata.ts';
import { EMPTY_STORE, MODELS_MOUNT, MODELS_MOUNT_WRITABLE, modelsLabel } from './models-volume.ts';
import {
  downloadSeconds,
  environment,
  imageOf,
  modelAnnotations,
  OWN_IMAGE_SECURITY,
  ownCommand,
  podSpec,
  resources,
  TMP_MOUNT,
  TMP_VOLUME,
} from './pod.ts';
import { probes } from './probes.ts';
import { SECRETS_MOUNT, secretsVolume } from './secrets.ts';
import { CONFIG_MOUNT, configVolume, waitContainer, workerVariables } from './wait-container.ts';

/** Returns the Deployment of the coordinator. */
export function coordinatorDeployment(input: KubernetesInput, spec: ServiceSpec): Manifest {
  const volume = secretsVolume(input, spec.secrets);
  const template = {
    metadata: { labels: serviceLabels(input.fleet.project, spec.name, 'coordinator') },
    spec: podSpec(input, {
      mountsModels: false,
      spec,
      container: {
        name: 'coordinator',
        ...imageOf(input, spec),
        command: ownCommand(spec.arguments),
        env: environment(spec.environment),
        ports: spec.ports.map(({ container }) => ({ name: 'http', containerPort: container })),
        ...probes(spec.probe),
        ...resources(spec),
        securityContext: OWN_IMAGE_SECURITY,
        ...mounts(volume === null ? [] : [SECRETS_MOUNT]),
      },
      volumes: volume === null ? [] : [volume],
      graceSeconds: spec.stopGraceSeconds,
    }),
  };
  return {
    object: deployment(input, spec, { strategy: { type: 'Recreate' }, template }),
    comment: spec.comment,
    comments: { 'spec.strategy': 'The registrations are in its memory; workers register again.' },
  };
}

/** Returns the Deployment of a worker. It reads the store only, and registers once its engines respond. */
export function workerDeployment(input: KubernetesInput, spec: ServiceSpec): Manifest {
  const volume = secretsVolume(input, spec.secrets.filter(isOfRegistration));
  const store = storeOf(input, spec);
  const annotations = {
    ...modelAnnotations(input, spec.models),
    'rma.dev/config-sha256': sha256Hex(spec.configFile?.content ?? ''),
  };
  const template = {
    metadata: {
      labels: { ...serviceLabels(input.fleet.project, spec.name, 'worker'), ...modelsLabel(input) },
      annotations,
    },
    spec: podSpec(input, {
      mountsModels: store.mountsModels,
      spec,
      initContainers: store.initContainers,
      container: {
        name: 'worker',
        ...imageOf(input, spec),
        command: ownCommand([...spec.arguments, ...store.arguments]),
        env: environment(workerVariables(spec)),
        ...workerProbes(),
        ...resources(spec),
        securityContext: OWN_IMAGE_SECURITY,
        ...mounts([store.mount, CONFIG_MOUNT, TMP_MOUNT, ...(volume === null ? [] : [SECRETS_MOUNT])]),
      },
      volumes: [...store.volumes, configVolume(spec.name), TMP_VOLUME, ...(volume === null ? [] : [volume])],
      graceSeconds: spec.stopGraceSeconds,
    }),
  };
  const progressDeadlineSeconds = downloadSeconds(input) + 600;
  return {
    object: deployment(input, spec, { progressDeadlineSeconds, strategy: { type: 'Recreate' }, template }),
    comment: [
      `Worker of profile ${spec.profile?.name}: registers with the coordinator once its engines respond.`,
      `Its models and engines: kubectl exec --namespace ${namespaceOf(input.fleet.project, input.settings)} deployment/${spec.name} -- rma-worker status`,
    ].join('\n'),
    comments: {
      'spec.strategy': 'Two workers of the same name would register in turn.',
      'spec.template.metadata.annotations':
        'Change with its models and its configuration: then the pod is replaced.',
    },
  };
}

/** Without a claim, the worker has an empty store: its engines start only with their models. Its node pulls no image of them. */
function storeOf(input: KubernetesInput, spec: ServiceSpec) {
  if (input.settings.strategy !== 'pvc')
    return {
      mountsModels: false,
      initContainers: [],
      arguments: ['--engines-only'],
      mount: MODELS_MOUNT_WRITABLE,
      volumes: [EMPTY_STORE],
    };
  return {
    mountsModels: true,
    initContainers: [waitContainer(input, spec, null)],
    arguments: [],
    mount: MODELS_MOUNT,
    volumes: [],
  };
}

/** The other secrets are for downloads. */
function isOfRegistration(name: string): boolean {
  return name.startsWith('worker_token_') || name === CA_SECRET;
}

/** The worker has no port: it answers its own command. It is ready while every model is in the store. */
function workerProbes(): ManifestMapping {
  const timing = { periodSeconds: 10, timeoutSeconds: 5 };
  const isRunning = { exec: { command: ['rma-worker', 'status'] } };
  return {
    startupProbe: { ...isRunning, ...timing, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { exec: { command: ['rma-worker', 'health'] }, ...timing, failureThreshold: 3 },
    livenessProbe: { ...isRunning, ...timing, periodSeconds: 30, failureThreshold: 3 },
  };
}

function mounts(volumeMounts: readonly ManifestMapping[]): ManifestMapping {
  return volumeMounts.length === 0 ? {} : { volumeMounts };
}

function deployment(input: KubernetesInput, { name, role }: ServiceSpec, spec: ManifestMapping) {
  const { project } = input.fleet;
  const { progressDeadlineSeconds, strategy, template } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(input, name, { labels: serviceLabels(project, name, role) }),
    spec: {
      replicas: 1,
      ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
      ...(strategy === undefined ? {} : { strategy }),
      selector: { matchLabels: selectorOf(project, name) },
      ...(template === undefined ? {} : { template }),
    },
  };
}
