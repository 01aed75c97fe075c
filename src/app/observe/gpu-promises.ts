import type { ContainerSummary } from '../../core/domain/container.ts';
import type { GpuPromise } from '../../core/domain/placement.ts';
import { usersOf } from '../../core/plan/engine-users.ts';
import type { Host } from '../../ports/host.ts';

/** States in which the processes of a container are there, with their memory. */
const HOLDING: ReadonlySet<string> = new Set(['running', 'paused']);

export interface PromiseScope {
  readonly project: string;
  /** profiles of the project that are planned anew; what else it has left running is set aside */
  readonly planned: readonly string[];
  /** services that no plan of these profiles has any more, and that keep running */
  readonly isLeft?: (container: ContainerSummary) => boolean;
}

/**
 * What the containers of rma on this box were promised on its GPUs, by their labels.
 */
export async function gpuPromises(
  host: Pick<Host, 'engine'>,
  containers: readonly ContainerSummary[],
  { project, planned, isLeft = () => false }: PromiseScope,
): Promise<readonly GpuPromise[]> {
  const holding = containers.filter(({ gpus }) => gpus.length > 0);
  const ofProject = containers.filter((container) => container.project === project);
  const isPlanned = ({ profile }: ContainerSummary): boolean => planned.includes(profile ?? '');
  // one that several profiles use bears the name of the first, which may be gone
  const isOwn = (container: ContainerSummary): boolean =>
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
        pids: running ? await processesOf(host, container.id) : [],
      };
    }),
  );
}

/** An engine that cannot list processes leaves them unknown: the promises then stand for what is used. */
async function processesOf(host: Pick<Host, 'engine'>, container: string): Promise<readonly number[] | null> {
  try {
    return await host.engine.processes(container);
  } catch {
    return null;
  }
}
