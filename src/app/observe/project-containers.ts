import type { ContainerFacts, ContainerSummary } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';
import { mapAtOnce } from './map-at-once.ts';

/** Returns the containers of one project, or of all for null, each inspected. */
export async function projectContainers(
  host: Pick<Host, 'engine'>,
  project: string | null,
): Promise<readonly ContainerFacts[]> {
  const listed = await host.engine.containers();
  return inspectAll(host, project === null ? listed : ofProject(listed, project));
}

/** Returns the containers of one project. */
export function ofProject<C extends Pick<ContainerSummary, 'project'>>(
  containers: readonly C[],
  project: string,
): readonly C[] {
  return containers.filter((container) => container.project === project);
}

/** Over ssh, each request at a time is a program of its own on the host, which costs more than to wait for the one before. */
const AT_ONCE = 2;

/** Inspects containers, a few at the same time. Skips those that no longer exist. */
export async function inspectAll(
  { engine }: Pick<Host, 'engine'>,
  listed: readonly ContainerSummary[],
): Promise<readonly ContainerFacts[]> {
  const found = await mapAtOnce(listed, AT_ONCE, async ({ id }) => engine.container(id));
  return withLostNetworks(
    engine,
    found.filter((container) => container !== null),
  );
}

/** A stopped container does not start if its network was deleted, even if there is a new one of that name. */
async function withLostNetworks(
  engine: Host['engine'],
  containers: readonly ContainerFacts[],
): Promise<readonly ContainerFacts[]> {
  if (containers.every(({ nextNetwork }) => nextNetwork === null)) return containers;
  const existing = new Set((await engine.networks()).map(({ id }) => id));
  return containers.map((container) => {
    const { nextNetwork } = container;
    if (nextNetwork === null || existing.has(nextNetwork.id)) return container;
    return { ...container, lostNetwork: nextNetwork.name };
  });
}
