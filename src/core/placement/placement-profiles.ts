import type { GpuSettings } from '../domain/config.ts';
import type { GpuInventory } from '../domain/gpu.ts';
import type { PlacementProfile, PlacementService } from '../domain/placement.ts';
import type { Catalog, Profile } from '../domain/profile.ts';
import type { ResolvedModels } from '../domain/resolved-models.ts';
import type { SelectedService } from '../domain/selection.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { gpuNeed, serviceNeed } from '../estimate/need.ts';
import { weightsDigest } from '../estimate/weights-digest.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';
import { resolveGpuNames } from './gpu-names.ts';

/** What the project runs now. */
export interface RunningServices {
  /** service → its devices, and the most that it uses on one of them */
  readonly services: ReadonlyMap<
    string,
    { readonly devices: readonly string[]; readonly measuredBytes: number | null }
  >;
  /** profile → variant */
  readonly variants: ReadonlyMap<string, string>;
}

export interface PlacementRequest {
  readonly catalog: Catalog;
  /** in the order of the project's set */
  readonly profiles: readonly string[];
  /** the variants chosen so far: service names can depend on what the other profiles run */
  readonly chosen: ReadonlyMap<string, string>;
  readonly names: ServiceNames;
  readonly gpu: Pick<GpuSettings, 'minBytes' | 'pins'>;
  /** profile → variant, as the user requested */
  readonly requested: Readonly<Record<string, string>>;
  /** profile → number of hosts that run it together; absent: 1 */
  readonly spans?: ReadonlyMap<string, number>;
  readonly inventory: GpuInventory;
  readonly resolved: Pick<ResolvedModels, 'pinned' | 'geometry'>;
  readonly running: RunningServices;
  /** profiles that are not part of this command */
  readonly fixed: ReadonlySet<string>;
}

/**
 * Returns the chosen profiles as `place` takes them, each variant with the services that request GPUs.
 * @throws RmaError as `resolveGpuNames` (2), RMA_VARIANT_UNKNOWN (2)
 */
export function placementProfiles(request: PlacementRequest): readonly PlacementProfile[] {
  const { catalog, gpu, requested, running, fixed } = request;
  const declared = declaredBytes(catalog);
  return request.profiles.map((name): PlacementProfile => {
    const profile = findProfile(catalog, name);
    const { minGpuBytes, recommendedGpuBytes, variants } = profile;
    const current = running.variants.get(name);
    return {
      profile: name,
      minGpuBytes: gpu.minBytes ?? minGpuBytes,
      recommendedGpuBytes,
      variants: variants.map((variant) => ({
        name: variant.name,
        services: servicesOf(request, profile, variant.name).map((selected): PlacementService => {
          const hosts = request.spans?.get(name);
          return {
            ...gpusOf(request, profile, selected),
            ...requirementsOf(request, selected, declared),
            ...(hosts !== undefined && { hosts }),
          };
        }),
      })),
      current: variants.some((variant) => variant.name === current) ? (current ?? null) : null,
      requested: requested[name] ?? null,
      fixed: fixed.has(name),
    };
  });
}

/** The services of one variant that request GPUs, with the names they have next to the other chosen variants. */
function servicesOf(
  request: PlacementRequest,
  { name }: Profile,
  variant: string,
): readonly SelectedService[] {
  const variants = new Map([...request.chosen, [name, variant]]);
  const selection = selectServices(request.catalog, request.profiles, { variants, names: request.names });
  const own = selection.profiles.find((profile) => profile.name === name)?.services ?? [];
  return selection.services.filter(({ service, gpus }) => own.includes(service) && gpus !== 0);
}

/**
 * How many GPUs a service gets, and which are allowed. All GPUs that are pinned to a service by name are its own; of those
 * pinned to its profile, or to it and its replicas, it gets as many as it requests.
 */
function gpusOf(
  { gpu, inventory }: PlacementRequest,
  profile: Profile,
  { service, gpus, replicaGroup }: SelectedService,
): Pick<PlacementService, 'gpus' | 'allowed' | 'inFile'> {
  const listed = typeof gpus === 'object' ? resolveGpuNames(gpus, inventory) : null;
  const pin = gpu.pins[service] ?? gpu.pins[profile.name];
  const pinned = pin === undefined ? null : resolveGpuNames(pin, inventory);
  const selected = { allowed: pinned ?? listed, inFile: typeof gpus === 'object' ? ('list' as const) : gpus };
  const isPinnedAlone = service in gpu.pins || hasOneGpuService(profile);
  if (pinned !== null && isPinnedAlone && replicaGroup === null && (gpus === 1 || listed !== null)) {
    return { ...selected, gpus: Math.max(1, pinned.length) };
  }
  return { ...selected, gpus: typeof gpus === 'object' ? Math.max(1, listed?.length ?? 0) : gpus };
}

/** Whether no variant of the profile has more than one GPU service: GPUs pinned to the profile are then for that one. */
function hasOneGpuService({ variants }: Profile): boolean {
  return variants.every(({ services }) => {
    const copies = services.map(({ gpus, replicas }) => (gpus === 0 ? 0 : replicas));
    return copies.reduce((sum, count) => sum + count, 0) <= 1;
  });
}

function requirementsOf(
  { resolved, running }: PlacementRequest,
  selected: SelectedService,
  declared: ReadonlyMap<string, number | null>,
): Omit<PlacementService, 'gpus' | 'allowed' | 'inFile' | 'hosts'> {
  const { service, engine, models, context, concurrency, exclusive, maxLoaded, replicaGroup } = selected;
  const { utilization = null } = selected;
  const needs = distinctModels(models, resolved).map(({ ref }) =>
    gpuNeed({
      model: resolved.pinned.get(ref) ?? null,
      geometry: resolved.geometry.get(ref) ?? null,
      gpuMemoryBytes: declared.get(ref) ?? null,
      engine,
      context,
      concurrency,
    }),
  );
  const only = models.length === 1 ? models[0] : undefined;
  // engines without such a flag put whole layers on each GPU
  const isTensorParallel = only !== undefined && engine.parallelCommand.length > 0;
  const geometry = isTensorParallel ? resolved.geometry.get(only.ref) : null;
  const current = running.services.get(service);
  return {
    service,
    need: serviceNeed(needs, maxLoaded),
    context,
    concurrency,
    exclusive,
    utilization,
    attentionHeads: geometry?.attentionHeads ?? null,
    kvHeads: geometry?.kvHeads ?? null,
    minCompute: engine.minCompute ?? null,
    replicaGroup,
    current: current?.devices ?? null,
    measuredBytes: current?.measuredBytes ?? null,
  };
}

/** Returns the models without further names of the same weights, which are loaded once. */
function distinctModels(
  models: readonly ServedModel[],
  { pinned }: Pick<ResolvedModels, 'pinned'>,
): readonly ServedModel[] {
  const weights = models.map(({ ref }) => {
    const model = pinned.get(ref);
    return (model === undefined ? null : weightsDigest(model)) ?? ref;
  });
  return models.filter((_, index) => weights.indexOf(weights[index] ?? '') === index);
}

/** The GPU memory that the catalog declares for each model, by reference. */
function declaredBytes(catalog: Catalog): ReadonlyMap<string, number | null> {
  const models = [...catalog.models.values()];
  return new Map(
    models.map(({ name, gpuMemoryBytes }) => [catalog.served.get(name)?.ref ?? '', gpuMemoryBytes]),
  );
}
