import type { EngineFacts } from '../../core/domain/docker-engine.ts';
import type { EngineSnapshot } from '../../core/domain/snapshot.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { observeUse, validOf } from './observe-locks.ts';
import { inspectAll, ofProject } from './project-containers.ts';
import { requireDocker } from './require-docker.ts';
import type { StoreSurroundings } from './store-container.ts';

/**
 * Returns everything that is in a host's engine, by one request per kind, and the containers of a project in full.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3)
 */
export async function observeEngine(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'processes'>,
  project: string,
): Promise<EngineSnapshot> {
  const volumes = host.engine.volumes();
  const used = observeUse(host, invocation, volumes);
  const inspected = used.then(async ({ allContainers }) =>
    inspectAll(host, ofProject(allContainers, project)),
  );
  const lists = [used, inspected, host.engine.images(), volumes, host.engine.networks()] as const;
  const [engine, found] = await besideDocker(host, Promise.all(lists));
  const [{ allContainers, locks }, containers, images, listed, networks] = found;
  return {
    engine,
    allContainers,
    containers,
    images,
    volumes: listed,
    networks,
    reservations: validOf(locks),
  };
}

/** Returns the parts of the same that show where a store is. @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3) */
export async function observeStore(host: Pick<Host, 'engine' | 'docker'>): Promise<StoreSurroundings> {
  const lists = Promise.all([host.engine.images(), host.engine.volumes()]);
  const [engine, [images, volumes]] = await besideDocker(host, lists);
  return { engine, images, volumes };
}

/** Reads the versions meanwhile: Compose takes longest to answer. An engine that is missing or too old is reported first. */
async function besideDocker<T>(
  host: Pick<Host, 'engine' | 'docker'>,
  lists: Promise<T>,
): Promise<readonly [EngineFacts, T]> {
  lists.catch(() => undefined);
  return [await requireDocker(host), await lists];
}
