import type { ContainerFacts, ContainerSummary } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';

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

/** Inspects containers concurrently. Skips those that no longer exist. */
export async function inspectAll(
  { engine }: Pick<Host, 'engine'>,
  listed: readonly ContainerSummary[],
): Promise<readonly ContainerFacts[]> {
  const found = await Promise.all(listed.map(async ({ id }) => engine.container(id)));
  return found.filter((container) => container !== null);
}
