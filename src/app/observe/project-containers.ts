import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';

/** Returns the containers of one project or of all, each inspected. Leaves out those that vanish between the list and the inspect. */
export async function projectContainers(
  host: Pick<Host, 'engine'>,
  project: string | null,
): Promise<readonly ContainerFacts[]> {
  const listed = (await host.engine.containers()).filter(
    (container) => project === null || container.project === project,
  );
  const found = await Promise.all(listed.map(async ({ id }) => host.engine.container(id)));
  return found.filter((container) => container !== null);
}
