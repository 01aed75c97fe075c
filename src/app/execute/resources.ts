import type { CreateVolume, RemoveNetwork } from '../../core/plan/operation.ts';
import type { Execution } from './execution.ts';

/** Creates a volume of the driver `local`. */
export async function createVolume(
  { host }: Execution,
  { name, labels, options }: CreateVolume,
): Promise<void> {
  await host.engine.createVolume(name, { labels, options });
}

/** Removes the networks of the project that carry rma's label. */
export async function removeNetwork({ host }: Execution, { project }: RemoveNetwork): Promise<void> {
  await host.engine.removeNetworks(project);
}
