import type { RmaConfig } from '../../core/domain/config.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import {
  CA_SECRET,
  COORDINATOR_KEY_SECRET,
  PEER_TOKEN_SECRET,
  workerTokenSecret,
} from '../../core/domain/secret-names.ts';
import { buildFleet } from '../../core/fleet/build-fleet.ts';
import type { Fleet } from '../../core/fleet/service-spec.ts';
import {
  type Explanation,
  explainStrategies,
  podDownloads,
} from '../../core/kubernetes/explain-strategies.ts';
import { type KubernetesInput, namespaceOf } from '../../core/kubernetes/kubernetes-input.ts';
import type { Manifest } from '../../core/kubernetes/manifest.ts';
import { gpuMemory } from '../../core/kubernetes/node-gpus.ts';
import { type NotExported, notExported } from '../../core/kubernetes/not-exported.ts';
import { downloadSeconds } from '../../core/kubernetes/pod.ts';
import { renderKubernetes } from '../../core/kubernetes/render-kubernetes.ts';
import { CLUSTER_HOST, secretCommands } from '../../core/kubernetes/secrets.ts';
import { enginePods } from '../../core/kubernetes/storage.ts';
import type { ManifestOrigin } from '../../core/kubernetes/write-manifests.ts';
import { MAIN_SOURCES, mainSource } from '../../core/source/sources.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { contextLengthsOf, pinnedOf } from '../desired/desired-state.ts';
import type { PlacedServices } from '../desired/place-services.ts';
import { type RequestOptions, readServices, type ServiceRequest } from '../desired/read-request.ts';
import { type ExportHost, placeOnNodes } from './place-on-nodes.ts';

export interface KubernetesRequest extends RequestOptions {
  readonly allowHostPath: boolean;
}

/** What an export contains. */
export interface KubernetesExport {
  readonly manifests: readonly Manifest[];
  readonly origin: ManifestOrigin;
  readonly notExported: readonly NotExported[];
  /** memory of one GPU of the nodes, bytes; null: no service uses GPUs */
  readonly gpuBytes: number | null;
  /** the local worker image; null: the settings name one in a registry */
  readonly localImage: string | null;
  /** what each start of the engine pods downloads, bytes; null: nothing */
  readonly podDownloads: { readonly pods: number; readonly all: number; readonly largest: number } | null;
  /** time that pods may take to get their models, beyond the time for their start, seconds */
  readonly startSeconds: number;
}

const DEFAULT_OWNER = { uid: 1000, gid: 1000 };

/**
 * Returns the objects that run a project on Kubernetes. It needs neither Docker nor a GPU: the settings describe the nodes.
 * @throws RmaError RMA_KUBERNETES_* (2, 5), and those of the data (2), the hubs and the placement (on GPUs of the nodes)
 */
export async function exportKubernetes(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  request: KubernetesRequest,
): Promise<KubernetesExport> {
  const { config, allowHostPath } = request;
  const { input, namedGpus, localImage } = await readInput(host, invocation, request);
  const { fleet, settings } = input;
  return {
    manifests: renderKubernetes(input),
    origin: originOf(input),
    notExported: notExported({
      config,
      fleet,
      allowHostPath,
      namedGpus,
      environment: invocation.environment,
    }),
    gpuBytes: fleet.services.some(({ gpus }) => gpus !== null) ? gpuMemory(config.kubernetes) : null,
    localImage,
    podDownloads: settings.strategy === 'init' ? { ...podDownloads(input), pods: enginePods(input) } : null,
    startSeconds: settings.strategy === 'pvc' ? 0 : downloadSeconds(input),
  };
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
  { allowHostPath, ...options }: KubernetesRequest,
): Promise<ExportInput> {
  const { config } = options;
  const project = await readServices(host, invocation, options);
  const placed = await placeOnNodes(host, invocation, project);
  const { selection, placement } = placed;
  const workerImage = await invocation.workerImage.tag(config.images.workerBase);
  const fleet = clusterFleet(placed, { config, workerImage });
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
    allowHostPath,
  };
  for (const { code, message: text, hint } of placed.checks) {
    invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
  }
  const localImage = config.kubernetes.workerImage === null ? workerImage : null;
  return { input, namedGpus: namedGpus(project, placed), localImage };
}

/** Services have their own addresses, and nothing of this machine or shell is part of them. */
function clusterFleet(
  { selection, placement, resolved }: PlacedServices,
  { config, workerImage }: { readonly config: RmaConfig; readonly workerImage: string },
): Fleet {
  const profiles = selection.profiles.map(({ name }) => name);
  const pinned = pinnedOf(selection, resolved.pinned);
  return buildFleet({
    config: {
      ...config,
      bind: '0.0.0.0',
      volumes: { ...config.volumes, cache: { type: 'named', name: 'cache' } },
    },
    selection,
    placement,
    pinned,
    contextLengths: contextLengthsOf(resolved),
    workerImage,
    host: CLUSTER_HOST,
    owner: config.owner ?? DEFAULT_OWNER,
    domain: namespaceOf(config.project, config.kubernetes),
    ports: new Map([
      [COORDINATOR_SERVICE, COORDINATOR_PORT],
      ...selection.services.flatMap(({ service, engine: { port } }) =>
        port === null ? [] : [[service, port] as const],
      ),
    ]),
    secrets: new Set(secretNames(config, profiles, [...pinned.values()])),
    environment: {},
  });
}

/** Returns the names of the secrets: those that the models and settings need, whatever this machine has. */
function secretNames(
  { coordinator, network }: RmaConfig,
  profiles: readonly string[],
  models: readonly { readonly source: string }[],
): readonly string[] {
  const sources = new Set(models.map(({ source }) => mainSource(source)));
  const tokens = MAIN_SOURCES.flatMap(({ id, token }) => (sources.has(id) ? (token?.secret ?? []) : []));
  const registers = coordinator.url === null || coordinator.tokenFile !== null;
  return [
    ...tokens,
    ...(coordinator.url === null ? [COORDINATOR_KEY_SECRET] : []),
    ...(registers ? profiles.map(workerTokenSecret) : []),
    ...(network.caFile === null ? [] : [CA_SECRET]),
    ...(network.peerTokenFile === null ? [] : [PEER_TOKEN_SECRET]),
  ];
}

/** Returns the profiles in use whose files name GPUs instead of a number. */
function namedGpus({ catalog }: ServiceRequest, { selection }: PlacedServices): readonly string[] {
  return selection.profiles
    .map(({ name }) => name)
    .filter((name) =>
      catalog.profiles
        .get(name)
        ?.variants.some(({ services }) => services.some(({ gpus }) => typeof gpus !== 'number')),
    );
}

function originOf(input: KubernetesInput): ManifestOrigin {
  const { project } = input.fleet;
  return {
    version: RMA_VERSION,
    project,
    namespace: namespaceOf(project, input.settings),
    secretCommands: secretCommands(input),
    strategy: input.settings.strategy,
  };
}
