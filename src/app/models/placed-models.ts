import type { RmaConfig } from '../../core/domain/config.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type PlacedServices, placeServices } from '../desired/place-services.ts';
import { readServices } from '../desired/read-request.ts';
import type { Hubs } from '../desired/resolve-selection.ts';
import { observe } from '../observe/observe.ts';
import { probeGpus } from '../observe/probe-gpus.ts';

export interface PlacementRequest {
  readonly config: RmaConfig;
  readonly refresh: boolean;
  /** whether to look at the containers of the host too: otherwise Docker is not needed */
  readonly containers: boolean;
}

/**
 * Returns the variants that `rma up` would run now, and their models; null if no service can use a GPU, so that there is
 * nothing to choose, or if they fit nowhere or cannot all be resolved.
 * @throws RmaError of the data and the settings (2), RMA_DOCKER_*, RMA_COMPOSE_* (3)
 */
export async function placedModels(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'localFiles' | 'gpus' | 'facts'>,
  invocation: Hubs & Pick<Invocation, 'catalog' | 'processes'>,
  { config, refresh, containers }: PlacementRequest,
): Promise<Pick<PlacedServices, 'selection' | 'resolved'> | null> {
  const project = await readServices(host, invocation, { config, profiles: [], refresh });
  if (!project.usesGpus) return null;
  const snapshot = containers
    ? await observe(host, invocation, { config, gpus: true })
    : await gpusAlone(host, invocation);
  try {
    return await placeServices(invocation, { project, snapshot });
  } catch (error) {
    // models can be listed and downloaded before they fit
    if (error instanceof RmaError) return null;
    throw error;
  }
}

async function gpusAlone(
  host: Pick<Host, 'gpus' | 'facts'>,
  invocation: Pick<Invocation, 'signal'>,
): Promise<Pick<Snapshot, 'gpus' | 'processes' | 'allContainers' | 'reservations'>> {
  const gpus = await probeGpus(host, invocation);
  return { gpus, processes: new Map(), allContainers: [], reservations: [] };
}
