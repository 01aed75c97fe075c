import type { ContainerSummary } from '../../core/domain/container.ts';
import type { GpuReservation } from '../../core/domain/placement.ts';
import { usersOf } from '../../core/plan/engine-users.ts';
import type { Host } from '../../ports/host.ts';

/** States in which a container's processes exist and hold their memory. */
const HOLDING: ReadonlySet<string> = new Set(['running', 'paused']);

export interface ReservationScope {
  readonly project: string;
  /** profiles of the project that are planned again; the reservations of its other services count as taken */
  readonly planned: readonly string[];
  /** services that are in no plan of these profiles, and that keep running */
  readonly isLeft?: (container: ContainerSummary) => boolean;
}

/** Returns the GPU memory that rma's containers on this host reserve, from their labels. */
export async function gpuReservations(
  host: Pick<Host, 'engine'>,
  containers: readonly ContainerSummary[],
  { project, planned, isLeft = () => false }: ReservationScope,
): Promise<readonly GpuReservation[]> {
  const holding = containers.filter(({ gpus }) => gpus.length > 0);
  const ofProject = containers.filter((container) => container.project === project);
  const isPlanned = ({ profile }: ContainerSummary): boolean => planned.includes(profile ?? '');
  // a service of several profiles has the name of the first one, which may be gone
  const isOwn = (container: ContainerSummary): boolean =>
    ofProject.includes(container) &&
    !isLeft(container) &&
    (isPlanned(container) || usersOf(container.service, ofProject).some(isPlanned));
  return Promise.all(
    holding.map(async (container): Promise<GpuReservation> => {
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

/** null where the engine cannot list processes: the reservation then counts as the use. */
async function processesOf(host: Pick<Host, 'engine'>, container: string): Promise<readonly number[] | null> {
  try {
    return await host.engine.processes(container);
  } catch {
    return null;
  }
}
