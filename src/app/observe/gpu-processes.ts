import type { ContainerSummary } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';

/** States in which the processes of a container exist and use memory. */
const HOLDING: readonly ContainerSummary['state'][] = ['running', 'paused'];

/** Returns the process ids of the containers with GPUs, by container id; null where the engine cannot list them. */
export async function gpuProcesses(
  { engine }: Pick<Host, 'engine'>,
  containers: readonly ContainerSummary[],
): Promise<ReadonlyMap<string, readonly number[] | null>> {
  const holding = containers.filter(({ gpus, state }) => gpus.length > 0 && HOLDING.includes(state));
  const processes = await Promise.all(
    holding.map(async ({ id }) => {
      const pids = await engine.processes(id).catch(() => null);
      return [id, pids] as const;
    }),
  );
  return new Map(processes);
}
