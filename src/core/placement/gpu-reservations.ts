import type { ContainerSummary } from '../domain/container.ts';
import { usersOf } from '../domain/engine-users.ts';
import type { PlannedReservation } from '../domain/lock.ts';
import type { GpuReservation } from '../domain/placement.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export interface ReservationScope {
  readonly project: string;
  /** profiles of the project that are planned again; the reservations of its other services count as taken */
  readonly planned: readonly string[];
  /** services that are in no plan of these profiles, and that keep running */
  readonly isLeft?: (container: ContainerSummary) => boolean;
}

/**
 * Returns the GPU memory that rma's services on a host reserve: that of containers from their labels, and what accepted plans of
 * other projects reserve beyond it.
 */
export function gpuReservations(
  { allContainers, processes, reservations }: Pick<Snapshot, 'allContainers' | 'processes' | 'reservations'>,
  { project, planned, isLeft = () => false }: ReservationScope,
): readonly GpuReservation[] {
  const ofProject = allContainers.filter((container) => container.project === project);
  const isPlanned = ({ profile }: ContainerSummary): boolean => planned.includes(profile ?? '');
  // a service of several profiles has the name of the first one, which may be gone
  const isOwn = (container: ContainerSummary): boolean =>
    ofProject.includes(container) &&
    !isLeft(container) &&
    (isPlanned(container) || usersOf(container.service, ofProject).some(isPlanned));
  const ofContainers = allContainers
    .filter(({ gpus }) => gpus.length > 0)
    .map((container): GpuReservation => {
      const pids = processes.get(container.id);
      return {
        project: container.project,
        service: container.service,
        own: isOwn(container),
        running: pids !== undefined,
        devices: container.gpus,
        bytesPerGpu: container.gpuBytes ?? 0,
        exclusive: container.gpuExclusive,
        pids: pids ?? (pids === null ? null : []),
      };
    });
  const ofPlans = reservations.filter((planned) => planned.project !== project);
  return [...ofContainers, ...ofPlans.flatMap((planned) => beyondContainers(planned, ofContainers))];
}

/** Returns what a plan reserves beyond the container of the service, which may be one that the plan replaces. */
function beyondContainers(
  { project, service, devices, bytesPerGpu, exclusive }: PlannedReservation,
  ofContainers: readonly GpuReservation[],
): readonly GpuReservation[] {
  const ofService = ofContainers.filter((each) => each.project === project && each.service === service);
  return devices.flatMap((uuid) => {
    const held = ofService.filter((each) => each.devices.includes(uuid));
    const isCovered = held.some((each) => each.bytesPerGpu >= bytesPerGpu && each.exclusive === exclusive);
    if (isCovered) return [];
    const bytes = Math.max(0, bytesPerGpu - Math.max(0, ...held.map((each) => each.bytesPerGpu)));
    const planned = { project, service, own: false, running: false, exclusive, pids: [] };
    return [{ ...planned, devices: [uuid], bytesPerGpu: bytes }];
  });
}
