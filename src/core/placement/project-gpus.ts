import type { GpuSettings } from '../domain/config.ts';
import { type ContainerSummary, roleOf } from '../domain/container.ts';
import type { GpuInventory } from '../domain/gpu.ts';
import type { GpuReservation, PlacementDevice } from '../domain/placement.ts';
import type { Catalog } from '../domain/profile.ts';
import { NO_GPUS, type Snapshot } from '../domain/snapshot.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';
import { usesGpus } from '../profile/uses-gpus.ts';
import { measuredBytes, placementDevices } from './devices.ts';
import { gpuReservations } from './gpu-reservations.ts';
import type { RunningServices } from './placement-profiles.ts';

/** The project whose services are placed. */
export interface GpuUser {
  readonly project: string;
  readonly settings: Pick<GpuSettings, 'visible' | 'reserveBytes'>;
  readonly catalog: Catalog;
  /** the profiles of the project, in their order */
  readonly profiles: readonly string[];
  /** the profiles that the command acts on; none: all */
  readonly named: readonly string[];
  readonly serviceNames: ServiceNames;
}

/** The GPUs of a host as a project can use them, and its services on them. */
export interface ProjectGpus {
  readonly inventory: GpuInventory;
  readonly reservations: readonly GpuReservation[];
  readonly devices: readonly PlacementDevice[];
  readonly running: RunningServices;
}

type GpuSnapshot = Pick<Snapshot, 'gpus' | 'processes' | 'allContainers' | 'reservations'>;

/** Returns the GPUs in a snapshot as a project can use them. @throws RmaError RMA_GPU_UNKNOWN, RMA_GPU_AMBIGUOUS (2) */
export function projectGpus(user: GpuUser, snapshot: GpuSnapshot): ProjectGpus {
  const { gpus: inventory, allContainers } = snapshot;
  const own = allContainers.filter(({ project }) => project === user.project);
  if (!usesGpus(user.catalog, user.profiles)) {
    const running = runningServices(NO_GPUS, [], own);
    return { inventory: NO_GPUS, reservations: [], devices: [], running };
  }
  const reservations = gpuReservations(snapshot, {
    project: user.project,
    planned: user.profiles,
    isLeft: leftBehind(user),
  });
  return {
    inventory,
    reservations,
    devices: placementDevices(inventory, reservations, user.settings),
    running: runningServices(inventory, reservations, own),
  };
}

/**
 * Returns a test for engines of a profile that the command does not act on, and whose file no longer has them: they run
 * until it is in scope, so their GPUs are not free.
 */
function leftBehind({ catalog, profiles, named, serviceNames }: GpuUser) {
  const others = named.length === 0 ? [] : profiles.filter((name) => !named.includes(name));
  const planned = new Set(
    others.flatMap((name) =>
      findProfile(catalog, name).variants.flatMap((variant) => {
        const variants = new Map([[name, variant.name]]);
        const { services } = selectServices(catalog, profiles, { variants, names: serviceNames });
        return services.map(({ service }) => service);
      }),
    ),
  );
  return ({ service, profile }: ContainerSummary): boolean =>
    profile !== null && others.includes(profile) && !planned.has(service);
}

function runningServices(
  inventory: GpuInventory,
  reservations: readonly GpuReservation[],
  containers: readonly ContainerSummary[],
): RunningServices {
  const own = reservations.filter((reservation) => reservation.own);
  return {
    services: new Map(
      own.map((reservation) => [
        reservation.service,
        { devices: reservation.devices, measuredBytes: measuredBytes(inventory, reservation) },
      ]),
    ),
    variants: new Map(
      containers.flatMap((container) => {
        const { profile, variant } = container;
        const isWorker = roleOf(container) === 'worker';
        return isWorker && profile !== null && variant !== null ? [[profile, variant] as const] : [];
      }),
    ),
  };
}
