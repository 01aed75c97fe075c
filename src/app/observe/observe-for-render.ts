import { NO_GPUS, type Snapshot } from '../../core/domain/snapshot.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { gpuProcesses } from './gpu-processes.ts';
import type { ObserveRequest } from './observe.ts';
import { observeFiles } from './observe-files.ts';
import { observeUse, validOf } from './observe-locks.ts';
import { probeGpus } from './probe-gpus.ts';
import { inspectAll, ofProject } from './project-containers.ts';

/** The parts of a snapshot that rendering a Compose file needs. */
export type RenderSnapshot = Pick<
  Snapshot,
  'allContainers' | 'containers' | 'reservations' | 'gpus' | 'processes' | 'directories'
>;

/** Returns what rendering needs of a host. Without Docker, as if no container of rma existed. @throws RmaError RMA_FILE_UNREADABLE (3) */
export async function observeForRender(
  host: Pick<Host, 'engine' | 'gpus' | 'facts' | 'files'>,
  invocation: Pick<Invocation, 'signal' | 'processes'>,
  { config, gpus }: ObserveRequest,
): Promise<RenderSnapshot> {
  const [containers, { directories }, inventory] = await Promise.all([
    observeContainers(host, invocation, config.project).catch(() => NO_CONTAINERS),
    observeFiles(host, config),
    gpus ? probeGpus(host, invocation) : NO_GPUS,
  ]);
  const processes = gpus ? await gpuProcesses(host, containers.allContainers) : new Map<string, null>();
  return { ...containers, directories, gpus: inventory, processes };
}

type Containers = Pick<Snapshot, 'allContainers' | 'containers' | 'reservations'>;

const NO_CONTAINERS: Containers = { allContainers: [], containers: [], reservations: [] };

async function observeContainers(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'processes'>,
  project: string,
): Promise<Containers> {
  const { allContainers, locks } = await observeUse(host, invocation);
  const containers = await inspectAll(host, ofProject(allContainers, project));
  return { allContainers, containers, reservations: validOf(locks) };
}
