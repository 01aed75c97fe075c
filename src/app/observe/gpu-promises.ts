import type { GpuPromise } from '../../core/domain/placement.ts';
import { usersOf } from '../../core/plan/engine-users.ts';
import type { Box } from '../../ports/box.ts';
import type { ContainerFacts } from '../../ports/docker-host.ts';

/** States in which the processes of a container are there, with their memory. */
const HOLDING: ReadonlySet<string> = new Set(['running', 'paused']);

/**
 * What the containers of rma on this box were promised on its GPUs, by their labels.
 * @param planned profiles of the project that are planned anew; what else it has left running is set aside
 * @param isLeft services that no plan of these profiles has any more, and that go on all the same
 */
export async function gpuPromises(
  box: Box,
  containers: readonly ContainerFacts[],
  project: string,
  planned: readonly string[],
  isLeft: (container: ContainerFacts) => boolean = () => false,
): Promise<readonly GpuPromise[]> {
  const holding = containers.filter(({ gpus }) => gpus.length > 0);
  const ofProject = containers.filter((container) => container.project === project);
  const isPlanned = ({ profile }: ContainerFacts): boolean => planned.includes(profile ?? '');
  // one that several profiles use bears the name of the first, which may be gone
  const isOwn = (container: ContainerFacts): boolean =>
    ofProject.includes(container) &&
    !isLeft(container) &&
    (isPlanned(container) || usersOf(container.service, ofProject).some(isPlanned));
  return Promise.all(
    holding.map(async (container): Promise<GpuPromise> => {
      const running = HOLDING.has(container.state);
      return {
        project: container.project,
        service: container.service,
        own: isOwn(container),
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
