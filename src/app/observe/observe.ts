import type { RmaConfig } from '../../core/domain/config.ts';
import { NO_GPUS, type Snapshot } from '../../core/domain/snapshot.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { gpuProcesses } from './gpu-processes.ts';
import { observeEngine } from './observe-engine.ts';
import { observeFiles } from './observe-files.ts';
import { probeGpus } from './probe-gpus.ts';

export interface ObserveRequest {
  readonly config: RmaConfig;
  /** whether the command uses GPUs */
  readonly gpus: boolean;
}

/**
 * Returns the current state of a host. A command observes once, and every later step reads the snapshot.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_*, RMA_FILE_UNREADABLE (3)
 */
export async function observe(
  host: Pick<Host, 'engine' | 'docker' | 'gpus' | 'facts' | 'files'>,
  invocation: Pick<Invocation, 'signal' | 'processes'>,
  { config, gpus }: ObserveRequest,
): Promise<Snapshot> {
  const [engine, files, inventory] = await Promise.all([
    observeEngine(host, invocation, config.project),
    observeFiles(host, config),
    gpus ? probeGpus(host, invocation) : NO_GPUS,
  ]);
  const processes = gpus ? await gpuProcesses(host, engine.allContainers) : new Map<string, null>();
  return { ...engine, ...files, gpus: inventory, processes };
}
