import type { NotExported } from '../../core/domain/not-exported.ts';
import {
  type Explanation,
  explainStrategies,
  podDownloads,
} from '../../core/kubernetes/explain-strategies.ts';
import { uploadCommands } from '../../core/kubernetes/helper-pods.ts';
import {
  cacheCommands,
  kserveSecretCommands,
  readyCommand,
  renderKserve,
} from '../../core/kubernetes/kserve.ts';
import { type HelperPod, type KubernetesInput, namespaceOf } from '../../core/kubernetes/kubernetes-input.ts';
import { type ChartValues, chartCommands, chartValues } from '../../core/kubernetes/llm-d-values.ts';
import type { Manifest } from '../../core/kubernetes/manifest.ts';
import { imageCommands } from '../../core/kubernetes/models-image.ts';
import { gpuMemory } from '../../core/kubernetes/node-gpus.ts';
import { notExported, notInChart, notInKserve } from '../../core/kubernetes/not-exported.ts';
import { downloadSeconds } from '../../core/kubernetes/pod.ts';
import { renderDownload, renderKubernetes } from '../../core/kubernetes/render-kubernetes.ts';
import { CLUSTER_HOST, secretCommands } from '../../core/kubernetes/secrets.ts';
import { enginePods, modelBytes } from '../../core/kubernetes/storage.ts';
import type { ManifestOrigin } from '../../core/kubernetes/write-manifests.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { pinnedOf } from '../desired/desired-state.ts';
import { type RequestOptions, readServices } from '../desired/read-request.ts';
import { clusterFleet, DEFAULT_OWNER, namedGpus } from './cluster-fleet.ts';
import { type ExportHost, placeOnNodes } from './place-on-nodes.ts';

export interface KubernetesRequest extends RequestOptions {
  readonly allowHostPath: boolean;
  readonly format: ExportFormat;
  /** LocalModelNodeGroup of KServe; null: none */
  readonly nodeGroup: string | null;
  readonly helpers: ReadonlySet<HelperPod>;
}

/**
 * Manifests that serve the models; those that fill a claim, and values of the chart of llm-d that serves them; or those that fill
 * a claim or caches on nodes, and InferenceServices of KServe.
 */
export type ExportFormat = 'manifests' | 'llm-d' | 'kserve';

/** What an export contains. */
export interface KubernetesExport {
  readonly manifests: readonly Manifest[];
  /** of a chart; none: the manifests serve the models */
  readonly charts: readonly ChartValues[];
  readonly origin: ManifestOrigin;
  readonly notExported: readonly NotExported[];
  /** memory of one GPU of the nodes, bytes; null: no service uses GPUs */
  readonly gpuBytes: number | null;
  /** the local worker image; null: the settings name one in a registry */
  readonly localImage: string | null;
  /** what each start of the engine pods downloads, bytes; null: nothing */
  readonly podDownloads: { readonly pods: number; readonly all: number; readonly largest: number } | null;
  /** size of the models in the image that nodes pull, bytes; null: no image has them */
  readonly imageBytes: number | null;
  /** time that pods may take to get their models, beyond the time for their start, seconds */
  readonly startSeconds: number;
}

/**
 * Returns the objects that run a project on Kubernetes. It needs neither Docker nor a GPU: the settings describe the nodes.
 * @throws RmaError RMA_KUBERNETES_* (2, 5), and those of the data (2), the hubs and the placement (on GPUs of the nodes)
 */
export async function exportKubernetes(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  request: KubernetesRequest,
): Promise<KubernetesExport> {
  const { config, allowHostPath, format } = request;
  const { input, namedGpus, localImage } = await readInput(host, invocation, request);
  const { fleet, settings } = input;
  const charts = format === 'llm-d' ? chartValues(input) : [];
  const { environment } = invocation;
  // KServe downloads the models to the nodes, once
  const isCached = format === 'kserve' && settings.strategy === 'init';
  return {
    manifests: manifestsOf(input, request),
    charts,
    origin: originOf(input, format, charts),
    notExported: [
      ...(format === 'llm-d' ? notInChart(fleet, config) : []),
      ...(format === 'kserve' ? notInKserve(fleet, config) : []),
      ...notExported({ config, fleet, allowHostPath, namedGpus, environment }),
    ],
    gpuBytes: fleet.services.some(({ gpus }) => gpus !== null) ? gpuMemory(config.kubernetes) : null,
    localImage: isCached ? null : localImage,
    podDownloads:
      settings.strategy === 'init' && !isCached ? { ...podDownloads(input), pods: enginePods(input) } : null,
    imageBytes: settings.strategy === 'image' ? modelBytes(input) : null,
    startSeconds: settings.strategy === 'pvc' ? 0 : downloadSeconds(input),
  };
}

function manifestsOf(
  input: KubernetesInput,
  { format, nodeGroup }: Pick<KubernetesRequest, 'format' | 'nodeGroup'>,
): readonly Manifest[] {
  if (format === 'kserve') return renderKserve(input, nodeGroup);
  return format === 'llm-d' ? renderDownload(input) : renderKubernetes(input);
}

/**
 * Returns what each strategy would cost the project on Kubernetes, at a rate of the download, and writes nothing.
 * @throws RmaError as exportKubernetes
 */
export async function explainKubernetes(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  { bytesPerSecond, ...request }: KubernetesRequest & { readonly bytesPerSecond: number },
): Promise<Explanation> {
  const { input } = await readInput(host, invocation, request);
  return explainStrategies(input, bytesPerSecond);
}

interface ExportInput extends Pick<KubernetesExport, 'localImage'> {
  readonly input: KubernetesInput;
  /** profiles in use whose files name GPUs instead of a number */
  readonly namedGpus: readonly string[];
}

async function readInput(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  { allowHostPath, helpers, format: _, nodeGroup: __, ...options }: KubernetesRequest,
): Promise<ExportInput> {
  const { config } = options;
  const project = await readServices(host, invocation, options);
  const placed = await placeOnNodes(host, invocation, project);
  const { selection, placement } = placed;
  const workerImage = await invocation.workerImage.tag(config.images.workerBase);
  const fleet = clusterFleet(placed, {
    config: { ...config, volumes: { ...config.volumes, cache: { type: 'named', name: 'cache' } } },
    workerImage,
    host: CLUSTER_HOST,
    domain: namespaceOf(config.project, config.kubernetes),
    // the Secret need not exist
    usesToken: () => true,
  });
  const minGpuBytes = new Map(
    selection.services.flatMap(({ service, profile }) => {
      const bytes = config.gpu.minBytes ?? project.catalog.profiles.get(profile)?.minGpuBytes ?? null;
      return bytes === null ? [] : [[service, bytes] as const];
    }),
  );
  const models = [...pinnedOf(selection, placed.resolved.pinned).values()];
  const input: KubernetesInput = {
    fleet,
    settings: config.kubernetes,
    owner: config.owner ?? DEFAULT_OWNER,
    pinned: new Map(models.map((model) => [model.ref, model])),
    placement,
    minGpuBytes,
    helpers,
    allowHostPath,
  };
  for (const { code, message: text, hint } of placed.checks) {
    invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
  }
  const localImage = config.kubernetes.workerImage === null ? workerImage : null;
  return { input, namedGpus: namedGpus(project, placed), localImage };
}

function originOf(
  input: KubernetesInput,
  format: ExportFormat,
  charts: readonly ChartValues[],
): ManifestOrigin {
  const { project } = input.fleet;
  return {
    version: RMA_VERSION,
    project,
    namespace: namespaceOf(project, input.settings),
    secretCommands:
      format === 'kserve'
        ? kserveSecretCommands(input)
        : secretCommands(input, format === 'llm-d' ? 'downloads' : 'all'),
    chartCommands: charts.length === 0 ? [] : chartCommands(input, charts),
    cacheCommands: format === 'kserve' ? cacheCommands(input) : [],
    readyCommand: format === 'kserve' ? readyCommand(input) : null,
    strategy: input.settings.strategy,
    imageCommands: input.settings.strategy === 'image' ? imageCommands(input) : [],
    uploadCommands: input.helpers.has('uploader') ? uploadCommands(input) : [],
  };
}
