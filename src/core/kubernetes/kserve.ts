import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { engineConfigMap } from './engine-config.ts';
import { cacheName, downloadUri, localModelCaches } from './kserve-cache.ts';
import { claimName, type KubernetesInput, namespaceOf, replicasOf, servicesOf } from './kubernetes-input.ts';
import { atMount, notMountable } from './llm-d-uri.ts';
import { isForChart, type Template, templateOf, without } from './llm-d-values.ts';
import type { Manifest, ManifestMapping, ManifestValue } from './manifest.ts';
import { metadata, serviceLabels } from './metadata.ts';
import { MODELS_VOLUME, modelsLabel } from './models-volume.ts';
import { renderDownload } from './render-kubernetes.ts';
import { engineSecretCommands } from './secrets.ts';
import { shortName } from './short-name.ts';

/** KServe mounts the source of a model here (pkg/constants/constants.go: DefaultModelLocalMountPath). */
export const KSERVE_MOUNT = '/mnt/models';
/** KServe appends `-predictor` for its Service, whose name is a DNS label. */
const MAX_NAME = 63 - '-predictor'.length;
/** Name of KServe's volume for a claim: it uses a volume of this name that the pod already has, here one that is read-only. */
const CLAIM_VOLUME = 'kserve-pvc-source';

/** Without them, KServe adds defaults of its own: limits of 1 CPU and 2Gi. These are larger than any node. */
const NO_LIMITS: ManifestMapping = { cpu: '1k', memory: '1024Ti' };
const NO_REQUESTS: ManifestMapping = { cpu: '1m', memory: '1Mi' };

/**
 * Returns the objects that fill the claim, or the caches on the nodes, and one InferenceService for each vLLM service, in the
 * order in which they are applied. `nodeGroup` names a LocalModelNodeGroup; null: none.
 * @throws RmaError RMA_KUBERNETES_FORMAT (2), and those of renderDownload
 */
export function renderKserve(input: KubernetesInput, nodeGroup: string | null): readonly Manifest[] {
  if (input.settings.strategy === 'image') throw notMountable('--format kserve');
  const specs = vllmServices(input);
  const download = renderDownload(input);
  return [
    ...download,
    ...specs.flatMap((spec) => engineConfigMap(input, spec)),
    ...localModelCaches(input, { specs, nodeGroup }),
    ...specs.map((spec) => inferenceService(input, spec)),
  ];
}

/** Returns the commands that download the models to the nodes; none where a Job fills a claim. */
export function cacheCommands(input: KubernetesInput): readonly string[] {
  if (input.settings.strategy !== 'init') return [];
  const names = new Set(vllmServices(input).map(cacheName));
  return [
    'kubectl apply --filename localmodelcache.yaml',
    '# until available is total: then all nodes of the group have the model',
    ...[...names].map(
      (name) => `kubectl get localmodelcache ${name} --watch --output jsonpath='{.status.copies}{"\\n"}'`,
    ),
  ];
}

/** Returns the command that waits until the services are ready. */
export function readyCommand({ fleet, settings }: KubernetesInput): string {
  const namespace = namespaceOf(fleet.project, settings);
  return `kubectl wait --namespace ${namespace} --for condition=Ready inferenceservice --all --timeout 1h`;
}

/** Returns the commands that create the Secrets of the Job and of the servers. */
export function kserveSecretCommands(input: KubernetesInput): readonly string[] {
  return engineSecretCommands(input, vllmServices(input));
}

function vllmServices(input: KubernetesInput): readonly ServiceSpec[] {
  const specs = servicesOf(input, 'engine').filter(isForChart);
  if (specs.length > 0) return specs;
  throw new RmaError('RMA_KUBERNETES_FORMAT', 'no service runs vLLM, which --format kserve is for', {
    exitCode: EXIT.usage,
    hint: 'use a profile with vLLM, such as --profile vllm; or export manifests, without --format',
  });
}

/** A custom predictor: with a model format, KServe would replace the image and the arguments. */
function inferenceService(input: KubernetesInput, spec: ServiceSpec): Manifest {
  const { project } = input.fleet;
  const labels = serviceLabels(project, spec.name, 'engine');
  const template = templateOf(input, spec);
  const replicas = replicasOf(input, spec.name);
  return {
    object: {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: metadata(input, shortName(spec.name, MAX_NAME), {
        labels,
        annotations: {
          'serving.kserve.io/deploymentMode': 'Standard',
          'serving.kserve.io/autoscalerClass': 'none',
        },
      }),
      spec: {
        predictor: {
          minReplicas: replicas,
          maxReplicas: replicas,
          deploymentStrategy: template.strategy,
          labels: { ...labels, ...modelsLabel(input) },
          annotations: template.annotations,
          ...podOf(input, template),
          containers: [containerOf(input, spec, template.container)],
        },
      },
    },
    comment: addressOf(input, spec),
    comments: {
      'metadata.annotations': 'A Deployment with a fixed number of pods, without Knative.',
      'spec.predictor.containers': `KServe mounts STORAGE_URI at ${KSERVE_MOUNT}, read-only. Without a limit of 1k CPUs (none), its default of 1 CPU would apply.`,
    },
  };
}

/** The Service may be headless, with the port of the pods, and an address outside depends on the cluster. */
function addressOf({ fleet, settings }: KubernetesInput, { name, models }: ServiceSpec): string {
  const namespace = namespaceOf(fleet.project, settings);
  return `vLLM serves ${models.join(', ')}. Its address: kubectl get inferenceservice ${shortName(name, MAX_NAME)} --namespace ${namespace}`;
}

/** Where the nodes have the models, the pods need neither a download nor a claim of rma. */
function podOf({ settings }: KubernetesInput, { pod }: Template): ManifestMapping {
  const { containers: _, initContainers, volumes, ...rest } = pod;
  if (settings.strategy === 'init')
    return { ...rest, volumes: without(volumes, [MODELS_VOLUME, 'config', 'secrets']) };
  return {
    ...rest,
    initContainers: (initContainers as readonly ManifestMapping[]).map(
      ({ volumeMounts, ...container }): ManifestMapping => ({
        ...container,
        volumeMounts: onClaimVolume(volumeMounts),
      }),
    ),
    volumes: onClaimVolume(volumes),
  };
}

/** Returns volumes or mounts with the one of the models under KServe's name. */
function onClaimVolume(items: ManifestValue | undefined): readonly ManifestMapping[] {
  return (items as readonly ManifestMapping[]).map((item) =>
    item['name'] === MODELS_VOLUME ? { ...item, name: CLAIM_VOLUME } : item,
  );
}

function containerOf(
  input: KubernetesInput,
  spec: ServiceSpec,
  { name: _, ...container }: ManifestMapping,
): ManifestMapping {
  const isCached = input.settings.strategy === 'init';
  const [model = '', ...words] = container['args'] as readonly string[];
  const variables = container['env'] as readonly { readonly name: string; readonly value: string }[];
  return {
    name: 'kserve-container',
    ...container,
    args: [isCached ? KSERVE_MOUNT : model, ...words].map((word) => atMount(word, KSERVE_MOUNT)),
    env: [
      { name: 'STORAGE_URI', value: isCached ? downloadUri(spec) : `pvc://${claimName(input)}` },
      ...variables
        .filter(({ name }) => !isCached || name !== 'HF_HOME')
        .map(({ name, value }) => ({ name, value: atMount(value, KSERVE_MOUNT) })),
    ],
    resources: explicitResources(container['resources']),
    volumeMounts: without(container['volumeMounts'], [MODELS_VOLUME]),
  };
}

function explicitResources(resources: ManifestValue = {}): ManifestMapping {
  const { requests = {}, limits = {} } = resources as Readonly<Record<string, ManifestMapping>>;
  return { requests: { ...NO_REQUESTS, ...requests }, limits: { ...NO_LIMITS, ...limits } };
}
