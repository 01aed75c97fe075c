import type { NotExported } from '../../core/domain/not-exported.ts';
import { gpuMemory } from '../../core/kubernetes/node-gpus.ts';
import { notInStack } from '../../core/swarm/not-exported.ts';
import { stackFiles } from '../../core/swarm/stack-file.ts';
import { SWARM_HOST } from '../../core/swarm/swarm-secrets.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type RequestOptions, readServices } from '../desired/read-request.ts';
import { hubTokens } from '../desired/secrets.ts';
import { clusterFleet, namedGpus } from './cluster-fleet.ts';
import { type ExportHost, placeOnNodes } from './place-on-nodes.ts';

/** What an export to Swarm contains. */
export interface SwarmExport {
  readonly project: string;
  /** the stack file and its configs, by name */
  readonly files: ReadonlyMap<string, string>;
  readonly services: readonly string[];
  readonly notExported: readonly NotExported[];
  /** memory of one GPU of the nodes, bytes; null: no service uses GPUs */
  readonly gpuBytes: number | null;
  /** the local worker image; null: the settings name one in a registry */
  readonly localImage: string | null;
}

/**
 * Returns the stack that runs a project on Docker Swarm. It needs neither Docker nor a GPU: the settings describe the nodes.
 * @throws RmaError RMA_SWARM_* (2, 5), RMA_KUBERNETES_GPU_MEMORY (2), and those of the data (2), the hubs and the placement
 */
export async function exportSwarm(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  options: RequestOptions,
): Promise<SwarmExport> {
  const { config } = options;
  const project = await readServices(host, invocation, options);
  const placed = await placeOnNodes(host, invocation, project);
  const localImage =
    config.kubernetes.workerImage === null
      ? await invocation.workerImage.tag(config.images.workerBase)
      : null;
  const tokens = await hubTokens(invocation);
  const fleet = clusterFleet(placed, {
    config,
    workerImage: config.kubernetes.workerImage ?? localImage ?? '',
    host: SWARM_HOST,
    domain: config.project,
    // a stack cannot mount a secret that does not exist
    usesToken: (secret) => tokens.has(secret),
  });
  return {
    project: config.project,
    files: stackFiles(fleet, RMA_VERSION),
    services: fleet.services.map(({ name }) => name),
    notExported: notInStack({ config, fleet, namedGpus: namedGpus(project, placed) }),
    gpuBytes: fleet.services.some(({ gpus }) => gpus !== null) ? gpuMemory(config.kubernetes) : null,
    localImage,
  };
}
