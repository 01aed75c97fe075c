import type { EngineSnapshot } from '../../core/domain/snapshot.ts';
import type { Host } from '../../ports/host.ts';
import { requireDocker } from './require-docker.ts';

/** Returns everything that is in a host's engine, by one request per kind. @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3) */
export async function observeEngine(host: Pick<Host, 'engine' | 'docker'>): Promise<EngineSnapshot> {
  const lists = Promise.all([
    host.engine.containers(),
    host.engine.images(),
    host.engine.volumes(),
    host.engine.networks(),
  ]);
  lists.catch(() => undefined); // an engine that is missing or too old is reported first
  const engine = await requireDocker(host);
  const [allContainers, images, volumes, networks] = await lists;
  return { engine, allContainers, images, volumes, networks };
}
