import type { ContainerSummary } from '../domain/container.ts';
import { usersOf } from '../domain/engine-users.ts';
import type { GpuReservation } from '../domain/placement.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export interface ReservationScope {
  readonly project: string;
  /** profiles of the project that are planned again; the reservations of its other services count as taken */
  readonly planned: readonly string[];
  /** services that are in no plan of these profiles, and that keep running */
  readonly isLeft?: (container: ContainerSummary) => boolean;
}

/** Returns the GPU memory that rma's containers on a host reserve, from their labels. */
export function gpuReservations(
  { allContainers, processes }: Pick<Snapshot, 'allContainers' | 'processes'>,
  { project, planned, isLeft = () => false }: ReservationScope,
): readonly GpuReservation[] {
  const ofProject = allContainers.filter((container) => container.project === project);
  const isPlanned = ({ profile }: ContainerSummary): boolean => planned.includes(profile ?? '');
  // a service of several profiles has the name of the first one, which may be gone
  const isOwn = (container: ContainerSummary): boolean =>
    ofProject.includes(container) &&
    !isLeft(container) &&
    (isPlanned(container) || usersOf(container.service, ofProject).some(isPlanned));
  return allContainers
    .filter(({ gpus }) => gpus.length > 0)
    .map((container) => {
      const pids = processes.get(container.id);
      return {
        project: container.project,
        service: container.service,
        own: isOwn(container),
        running: pids !== undefined,
        devices: container.gpus,
        bytesPerGpu: container.gpuBytes ?? 0,
        pids: pids ?? (pids === null ? null : []),
      };
    });
}
