import type { RmaConfig } from '../../core/domain/config.ts';
import type { ContainerFacts, ContainerSummary } from '../../core/domain/container.ts';
import type { GpuInventory } from '../../core/domain/gpu.ts';
import type { GpuReservation, PlacementDevice } from '../../core/domain/placement.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { measuredBytes, placementDevices } from '../../core/placement/devices.ts';
import type { RunningServices } from '../../core/placement/placement-profiles.ts';
import { findProfile, selectServices } from '../../core/profile/select-services.ts';
import type { ServiceNames } from '../../core/profile/service-names.ts';
import { withoutGpus } from '../../core/profile/without-gpus.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { gpuReservations } from './gpu-reservations.ts';
import { probeGpus } from './probe-gpus.ts';

/** Whose GPUs are observed: the part of a placement request that this needs. */
export interface GpuRequest {
  readonly config: RmaConfig;
  readonly wish: {
    readonly catalog: Catalog;
    readonly wanted: readonly string[];
    readonly state: { readonly services?: ServiceNames | undefined };
  };
  /** profiles named on the command line */
  readonly profiles: readonly string[];
  /** the project's containers */
  readonly containers: readonly ContainerFacts[];
  /** whether Docker may be absent */
  readonly withoutDocker?: boolean;
}

/** The GPUs as this project finds them, and what it runs on them. */
export interface GpuScene {
  /** as far as the settings allow GPUs */
  readonly catalog: Catalog;
  readonly inventory: GpuInventory;
  readonly reservations: readonly GpuReservation[];
  readonly devices: readonly PlacementDevice[];
  readonly running: RunningServices;
}

const NO_GPUS: GpuInventory = {
  driverVersion: null,
  cudaVersion: null,
  gpus: [],
  absence: null,
  warnings: [],
};

/** Asks the GPUs only when a chosen profile can use one. @throws RmaError RMA_GPU_OFF, RMA_GPU_UNKNOWN, … (2) */
export async function observeGpus(
  host: Pick<Host, 'engine' | 'gpus' | 'facts'>,
  invocation: Pick<Invocation, 'signal'>,
  request: GpuRequest,
): Promise<GpuScene> {
  const { config, wish, containers } = request;
  const off = config.gpu.use === 'off';
  const catalog = off ? withoutGpus(wish.catalog, wish.wanted) : wish.catalog;
  if (!wish.wanted.some((name) => wantsGpus(catalog, name))) {
    const running = runningServices(NO_GPUS, [], containers);
    return { catalog, inventory: NO_GPUS, reservations: [], devices: [], running };
  }
  const [inventory, all] = await Promise.all([probeGpus(host, invocation), ofAllProjects(host, request)]);
  const reservations = await gpuReservations(host, all, {
    project: config.project,
    planned: wish.wanted,
    isLeft: leftBehind(request, catalog),
  });
  const devices = placementDevices(inventory, reservations, config.gpu);
  return {
    catalog,
    inventory,
    reservations,
    devices,
    running: runningServices(inventory, reservations, containers),
  };
}

/**
 * Engines of a profile that is not acted on now, and whose file no longer has them: they run on until it is, so their GPUs
 * are not free.
 */
function leftBehind({ wish, profiles: acted }: GpuRequest, catalog: Catalog) {
  const others = acted.length === 0 ? [] : wish.wanted.filter((name) => !acted.includes(name));
  const planned = new Set(
    others.flatMap((name) =>
      findProfile(catalog, name).variants.flatMap((variant) => {
        const variants = new Map([[name, variant.name]]);
        const { services } = selectServices(catalog, wish.wanted, variants, wish.state.services);
        return services.map(({ service }) => service);
      }),
    ),
  );
  return ({ service, profile }: ContainerSummary): boolean =>
    profile !== null && others.includes(profile) && !planned.has(service);
}

async function ofAllProjects(
  host: Pick<Host, 'engine'>,
  { withoutDocker }: GpuRequest,
): Promise<readonly ContainerSummary[]> {
  const all = host.engine.containers();
  return withoutDocker ? all.catch(() => []) : all;
}

function wantsGpus(catalog: Catalog, name: string): boolean {
  return findProfile(catalog, name).variants.some(({ services }) =>
    services.some(({ engine, gpus }) => gpus !== 0 && catalog.engines.get(engine)?.gpu !== 'none'),
  );
}

function runningServices(
  inventory: GpuInventory,
  reservations: readonly GpuReservation[],
  containers: readonly ContainerFacts[],
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
      containers.flatMap(({ service, profile, variant }) =>
        profile !== null && variant !== null && service === `${profile}-worker`
          ? [[profile, variant] as const]
          : [],
      ),
    ),
  };
}
