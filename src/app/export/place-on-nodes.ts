import type { KubernetesSettings } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { clusterRequest, gpuMemory } from '../../core/kubernetes/node-gpus.ts';
import { formatBytes } from '../../core/units.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type PlacedServices, placeServices } from '../desired/place-services.ts';
import type { ServiceRequest } from '../desired/read-request.ts';
import { withFallback } from '../offline/fallback.ts';

/** What an export needs of this machine: the files of the project, and the store where no hub responds. */
export type ExportHost = Pick<Host, 'name' | 'engine' | 'docker' | 'files' | 'localFiles' | 'caller'>;

/**
 * Places the services of a project on the GPUs of the nodes, which the settings describe, instead of those of this machine.
 * @throws RmaError RMA_KUBERNETES_GPU_MEMORY (2), and those of `placeServices`
 */
export async function placeOnNodes(
  host: ExportHost,
  invocation: Omit<Invocation, 'clock'>,
  project: ServiceRequest,
): Promise<PlacedServices> {
  const { config, profiles, catalog } = project;
  const nodes = clusterRequest(config.kubernetes, { catalog, gpu: config.gpu, profiles });
  const onNodes: ServiceRequest = {
    ...project,
    catalog: nodes.catalog,
    config: { ...config, gpu: nodes.gpu },
  };
  const snapshot = { gpus: nodes.gpus, processes: new Map(), allContainers: [], reservations: [] };
  try {
    return await placeServices(withFallback(host, invocation, { config }), { project: onNodes, snapshot });
  } catch (error) {
    throw error instanceof RmaError ? onNodesError(error, config.kubernetes) : error;
  }
}

/** Returns the error with the nodes instead of this machine, whose GPUs do not count. */
function onNodesError(error: RmaError, settings: KubernetesSettings): RmaError {
  const bytes = gpuMemory(settings);
  if (error.code === 'RMA_GPU_NONE' && bytes === null) {
    return new RmaError(
      'RMA_KUBERNETES_GPU_MEMORY',
      `${String(error.details?.['profile'] ?? 'a profile')} needs a GPU: the memory of the GPUs of the nodes is not set`,
      {
        exitCode: EXIT.usage,
        hint: 'set it: --gpu-memory 24GB; or use another profile: --profile cpu-worker',
        cause: error,
      },
    );
  }
  const isPlacement = error.exitCode === EXIT.doesNotFit && error.details?.['refusedVariants'] !== undefined;
  if (!isPlacement || bytes === null) return error;
  return new RmaError(
    error.code,
    `on nodes whose GPUs have ${formatBytes(bytes)} (kubernetes.gpu_memory), ${error.message}`,
    {
      exitCode: error.exitCode,
      hint: 'if nodes have larger GPUs, set their memory: --gpu-memory 24GB; or use another profile or variant',
      details: error.details ?? {},
      cause: error,
    },
  );
}
