import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { shell } from '../shell-quote.ts';
import { huggingface } from '../source/huggingface.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { engineDeployment } from './engine.ts';
import { type KubernetesInput, namespaceOf, replicasOf, servicesOf } from './kubernetes-input.ts';
import { atMount, type ModelLocation, modelLocation } from './llm-d-uri.ts';
import type { ManifestMapping, ManifestValue } from './manifest.ts';
import { selectorOf } from './metadata.ts';
import { MODELS_VOLUME, modelsLabel } from './models-volume.ts';
import { shortName } from './short-name.ts';

/** The chart whose templates this file follows; its repository is on GitHub as llm-d-incubation/llm-d-modelservice. */
export const CHART = {
  name: 'llm-d-modelservice/llm-d-modelservice',
  version: 'v0.4.12',
  repository: 'https://llm-d-incubation.github.io/llm-d-modelservice/',
} as const;

/** The chart writes this path into HF_HUB_CACHE whatever its `mountPath` is. */
const MOUNT_PATH = '/model-cache';
/** Options that the chart sets itself, each with one value. */
const OF_CHART = new Set(['--served-model-name', '--port', '--tensor-parallel-size']);
/** The default of `kubernetes.hub_secret`. The pods of the chart do not start without the Secret that they name. */
const DEFAULT_SECRET = 'hub-tokens';
/** Helm's limit for the name of a release. */
const MAX_RELEASE = 53;
/** The chart sets it for hf://, and pods must reach the hub there. */
const OFFLINE = new Set(['HF_HOME', 'HF_HUB_OFFLINE']);

/** The values of one release of the chart. */
export interface ChartValues {
  readonly service: string;
  readonly values: ManifestMapping;
  /** above fields, by path */
  readonly comments: Readonly<Record<string, string>>;
}

/** Returns whether the chart can run a service: a vLLM server. */
export function isForChart({ role, arguments: words }: ServiceSpec): boolean {
  return (
    role === 'engine' &&
    words[0]?.startsWith(`${STORE_MOUNT}/`) === true &&
    words.includes('--served-model-name')
  );
}

/** Returns the commands that install the releases, with the files of the values in this directory. */
export function chartCommands(input: KubernetesInput, charts: readonly ChartValues[]): readonly string[] {
  const namespace = namespaceOf(input.fleet.project, input.settings);
  return [
    `helm repo add llm-d-modelservice ${CHART.repository}`,
    ...charts.map(
      ({ service }) =>
        shell`helm upgrade --install ${shortName(service, MAX_RELEASE)} ${CHART.name} --version ${CHART.version} --namespace ${namespace} --values ${valuesFile(service)}`,
    ),
  ];
}

export function valuesFile(service: string): string {
  return `values-${service}.yaml`;
}

/** Returns the values of the chart for each vLLM service. @throws RmaError RMA_KUBERNETES_FORMAT (2) */
export function chartValues(input: KubernetesInput): readonly ChartValues[] {
  const specs = servicesOf(input, 'engine').filter(isForChart);
  if (specs.length > 0) return specs.map((spec) => valuesOf(input, spec));
  throw new RmaError(
    'RMA_KUBERNETES_FORMAT',
    'no service runs vLLM, which the chart llm-d-modelservice is for',
    {
      exitCode: EXIT.usage,
      hint: 'use a profile with vLLM, such as --profile vllm; or export manifests, without --format',
    },
  );
}

function valuesOf(input: KubernetesInput, spec: ServiceSpec): ChartValues {
  const location = modelLocation(input, spec);
  const template = templateOf(input, spec);
  const { project } = input.fleet;
  const { hubSecret } = input.settings;
  const isCpu = spec.gpus === null;
  return {
    service: spec.name,
    values: {
      modelArtifacts: {
        name: servedName(spec),
        uri: location.uri,
        mountPath: MOUNT_PATH,
        ...(location.size === null
          ? { readOnly: true }
          : { size: location.size, authSecretName: hubSecret === DEFAULT_SECRET ? '' : hubSecret }),
        labels: {
          'llm-d.ai/inference-serving': 'true',
          ...selectorOf(project, spec.name),
          ...modelsLabel(input),
        },
      },
      accelerator: isCpu
        ? { type: 'cpu' }
        : { type: 'nvidia', resources: { nvidia: input.settings.gpuResource } },
      routing: { servicePort: spec.ports[0]?.container ?? 8000, proxy: { enabled: false } },
      decode: {
        replicas: replicasOf(input, spec.name),
        strategy: template.strategy,
        podAnnotations: template.annotations,
        parallelism: { tensor: spec.gpus?.devices.length ?? 1 },
        ...podValues(template.pod, location),
        containers: [containerOf(template.container, location, hubAddress(input))],
      },
      prefill: { create: false },
    },
    comments: {
      'modelArtifacts.labels': 'They also select the pods of this release.',
      'modelArtifacts.mountPath':
        'pvc+hf:// works with this path only: the chart writes it into HF_HUB_CACHE.',
      'modelArtifacts.authSecretName':
        'For models that require a token: --hub-secret, a Secret with the key HF_TOKEN. It must exist.',
      'routing.proxy': 'Only separate prefill pods need the sidecar.',
    },
  };
}

/** The parts of a Deployment of rma that become values. */
export interface Template {
  readonly strategy: ManifestMapping;
  readonly annotations: ManifestMapping;
  readonly pod: ManifestMapping;
  readonly container: ManifestMapping;
}

interface DeploymentSpec {
  readonly strategy: ManifestMapping;
  readonly template: {
    readonly metadata: { readonly annotations: ManifestMapping };
    readonly spec: ManifestMapping & { readonly containers: readonly ManifestMapping[] };
  };
}

/** Returns the parts of the Deployment that rma would write for an engine. */
export function templateOf(input: KubernetesInput, spec: ServiceSpec): Template {
  const { strategy, template } = engineDeployment(input, spec).object['spec'] as unknown as DeploymentSpec;
  const [container = {}] = template.spec.containers;
  return { strategy, annotations: template.metadata.annotations, pod: template.spec, container };
}

/** The chart has keys of its own for some fields of a pod, and adds the volume with the models. With hf://, vLLM downloads. */
function podValues(pod: ManifestMapping, { size }: ModelLocation): ManifestMapping {
  const { containers: _, enableServiceLinks, terminationGracePeriodSeconds, tolerations, ...more } = pod;
  const { initContainers, volumes, ...extraConfig } = more;
  const unused = size === null ? [MODELS_VOLUME] : [MODELS_VOLUME, 'config', 'secrets'];
  return present({
    enableServiceLinks,
    terminationGracePeriodSeconds,
    tolerations,
    initContainers: size === null ? initContainers : undefined,
    volumes: without(volumes, unused),
    extraConfig: literalText(extraConfig),
  });
}

function containerOf(
  container: ManifestMapping,
  { revision, size }: ModelLocation,
  hub: ManifestMapping | null,
): ManifestMapping {
  const { name: _, image, imagePullPolicy, args, env, ...rest } = container;
  const { ports, resources, volumeMounts, ...extraConfig } = rest;
  const words = ownArguments((args as readonly string[]).slice(1));
  const variables = (env as readonly { readonly name: string; readonly value: string }[])
    .filter(({ name }) => size === null || !OFFLINE.has(name))
    .map(({ name, value }): ManifestMapping => ({ name, value: inVolume(value) }));
  if (size !== null && hub !== null) variables.push(hub);
  return present({
    name: 'vllm',
    image,
    imagePullPolicy,
    modelCommand: 'vllmServe',
    args: [...words.map(inVolume), ...(revision === null ? [] : ['--revision', revision])],
    env: literalText(variables),
    ports,
    resources,
    mountModelVolume: true,
    volumeMounts: without(volumeMounts, [MODELS_VOLUME]),
    extraConfig: literalText(extraConfig),
  });
}

/** Returns the arguments that the chart does not set itself. */
function ownArguments(words: readonly string[]): readonly string[] {
  return words.filter((word, at) => !OF_CHART.has(word) && !OF_CHART.has(words[at - 1] ?? ''));
}

function servedName({ arguments: words }: ServiceSpec): string {
  return words[words.indexOf('--served-model-name') + 1] ?? '';
}

/** Returns the variable with the address of the hub, as the worker has it; null: the usual one. */
export function hubAddress({ fleet }: Pick<KubernetesInput, 'fleet'>): ManifestMapping | null {
  const { endpoint } = huggingface;
  const worker = fleet.services.find(({ role }) => role === 'worker');
  const value = endpoint === null ? undefined : worker?.environment[endpoint.environment];
  if (endpoint === null || value === undefined || value === endpoint.fallback) return null;
  return { name: endpoint.environment, value };
}

function inVolume(text: string): string {
  return atMount(text, MOUNT_PATH);
}

/** Returns values that the chart renders as templates, without any: `{{` in a text would be an action of Helm. */
function literalText(value: ManifestValue): ManifestValue {
  if (typeof value === 'string') return value.replaceAll('{{', '{{ `{{` }}');
  if (Array.isArray(value)) return value.map(literalText);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, literalText(each)]));
}

/** Returns a list without the items of these names. */
export function without(
  items: ManifestValue | undefined,
  names: readonly string[],
): readonly ManifestValue[] {
  const list = items as readonly (ManifestMapping & { readonly name: string })[];
  return list.filter(({ name }) => !names.includes(name));
}

function present(values: Readonly<Record<string, ManifestValue | undefined>>): ManifestMapping {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, ManifestValue] => entry[1] !== undefined),
  );
}
