import type { GpuPromise } from '../core/model/placement.ts';
import type { Box } from '../ports/box.ts';
import type { ContainerFacts } from '../ports/docker-host.ts';

/**
 * What the containers of rma on this box were promised on its GPUs, by their labels.
 * @param planned profiles of the project that are planned anew; what else it has left running is set aside
 */
export async function gpuPromises(
  box: Box,
  containers: readonly ContainerFacts[],
  project: string,
  planned: readonly string[],
): Promise<readonly GpuPromise[]> {
  const holding = containers.filter(({ gpus }) => gpus.length > 0);
  return Promise.all(
    holding.map(async (container): Promise<GpuPromise> => {
      const running = container.state === 'running';
      return {
        project: container.project,
        service: container.service,
        own: container.project === project && planned.includes(container.profile ?? ''),
        running,
        devices: container.gpus,
        bytesPerGpu: container.gpuBytes ?? 0,
        pids: running ? await processesOf(box, container.id) : [],
      };
    }),
  );
}

/** An engine that cannot list processes leaves them unknown: the promises then stand for what is used. */
async function processesOf(box: Box, container: string): Promise<readonly number[] | null> {
  try {
    return await box.docker.processes(container);
  } catch {
    return null;
  }
}
