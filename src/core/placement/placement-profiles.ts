import type { GpuSettings } from '../domain/config.ts';
import type { ModelGeometry } from '../domain/geometry.ts';
import type { GpuInventory } from '../domain/gpu.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { PlacementProfile, PlacementService } from '../domain/placement.ts';
import type { Catalog, Profile } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import { gpuNeed, serviceNeed } from '../estimate/need.ts';
import { findModel } from '../profile/find-model.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';
import { resolveGpuNames } from './gpu-names.ts';

/** What is known of the models so far, by reference. */
export interface ModelFacts {
  readonly pinned: ReadonlyMap<string, PinnedModel>;
  /** null: its header does not tell; absent: not read yet */
  readonly geometry: ReadonlyMap<string, ModelGeometry | null>;
}

/** What runs of the project now. */
export interface RunningServices {
  /** service → the devices it was given, and the most that it uses on one of them */
  readonly services: ReadonlyMap<
    string,
    { readonly devices: readonly string[]; readonly measuredBytes: number | null }
  >;
  /** profile → variant */
  readonly variants: ReadonlyMap<string, string>;
}

export interface PlacementQuestion {
  readonly catalog: Catalog;
  /** in the order of the project's set */
  readonly profiles: readonly string[];
  /** the variants chosen so far: names of services can depend on what the other profiles run */
  readonly chosen: ReadonlyMap<string, string>;
  readonly names: ServiceNames;
  readonly gpu: Pick<GpuSettings, 'minBytes' | 'pins'>;
  /** profile → variant, as the user asked */
  readonly wanted: Readonly<Record<string, string>>;
  readonly inventory: GpuInventory;
  readonly facts: ModelFacts;
  readonly running: RunningServices;
  /** profiles that are not acted on */
  readonly fixed: ReadonlySet<string>;
}

/**
 * The chosen profiles as the planner of GPUs takes them, each variant with the services that want GPUs.
 * @throws RmaError as `resolveGpuNames` (2), RMA_VARIANT_UNKNOWN (2)
 */
export function placementProfiles(question: PlacementQuestion): readonly PlacementProfile[] {
  const { catalog, gpu, wanted, running, fixed } = question;
  return question.profiles.map((name): PlacementProfile => {
    const profile = findProfile(catalog, name);
    const [first, ...rest] = profile.variants;
    const variantOf = (variant: string) => ({ name: variant, services: servicesOf(question, name, variant) });
    const runs = running.variants.get(name);
    return {
      profile: name,
      minGpuBytes: gpu.minBytes ?? profile.minGpuBytes,
      recommendedGpuBytes: profile.recommendedGpuBytes,
      variants: [variantOf(first.name), ...rest.map((variant) => variantOf(variant.name))],
      current: profile.variants.some((variant) => variant.name === runs) ? (runs ?? null) : null,
      wanted: wanted[name] ?? null,
      fixed: fixed.has(name),
    };
  });
}

function servicesOf(question: PlacementQuestion, profile: string, variant: string): PlacementService[] {
  const { catalog, profiles, names } = question;
  const variants = new Map([...question.chosen, [profile, variant]]);
  const selection = selectServices(catalog, profiles, variants, names);
  const own = selection.profiles.find(({ name }) => name === profile)?.services ?? [];
  return selection.services
    .filter(({ service, gpus }) => own.includes(service) && gpus !== 0)
    .map((service) => placementService(question, profile, service));
}

/** Whether the GPUs that a profile is given are those of one service, in every variant. */
function isOneService({ variants }: Profile): boolean {
  return variants.every(({ services }) => {
    const copies = services.map(({ gpus, replicas }) => (gpus === 0 ? 0 : replicas));
    return copies.reduce((sum, count) => sum + count, 0) <= 1;
  });
}

/** GPUs that a service is given by name it has all; of those of its profile, or beside copies of it, as many as it asks for. */
function gpusOf(
  { gpus, replicaGroup }: SelectedService,
  pinned: readonly string[] | null,
  listed: readonly string[] | null,
): number | 'all' {
  if (pinned !== null && replicaGroup === null && (gpus === 1 || listed !== null)) {
    return Math.max(1, pinned.length);
  }
  return typeof gpus === 'object' ? Math.max(1, listed?.length ?? 0) : gpus;
}

function placementService(
  question: PlacementQuestion,
  profile: string,
  selected: SelectedService,
): PlacementService {
  const { inventory, gpu, running } = question;
  const { service, context, concurrency, exclusive, replicaGroup, models } = selected;
  const listed = typeof selected.gpus === 'object' ? resolveGpuNames(selected.gpus, inventory) : null;
  const pin = gpu.pins[service] ?? gpu.pins[profile];
  const pinned = pin === undefined ? null : resolveGpuNames(pin, inventory);
  const ofService = service in gpu.pins || isOneService(findProfile(question.catalog, profile));
  const only = models.length === 1 ? models[0] : undefined;
  // engines without a flag for it put whole layers on each GPU
  const isTensorParallel = only !== undefined && selected.engine.parallelCommand.length > 0;
  const geometry = isTensorParallel ? question.facts.geometry.get(only.ref) : null;
  const runs = running.services.get(service);
  return {
    service,
    gpus: gpusOf(selected, ofService ? pinned : null, listed),
    need: needOf(question, selected),
    context,
    concurrency,
    exclusive,
    allowed: pinned ?? listed,
    attentionHeads: geometry?.attentionHeads ?? null,
    kvHeads: geometry?.kvHeads ?? null,
    replicaGroup,
    current: runs?.devices ?? null,
    measuredBytes: runs?.measuredBytes ?? null,
  };
}

function needOf({ catalog, facts }: PlacementQuestion, selected: SelectedService) {
  const { engine, context, concurrency, models, maxLoaded } = selected;
  const declared = new Map(
    [...catalog.models.values()].map(({ name, gpuMemoryBytes }) => [
      findModel(catalog, name).ref,
      gpuMemoryBytes,
    ]),
  );
  const needs = models.map(({ ref }) =>
    gpuNeed({
      model: facts.pinned.get(ref) ?? null,
      geometry: facts.geometry.get(ref) ?? null,
      gpuMemoryBytes: declared.get(ref) ?? null,
      engine,
      context,
      concurrency,
    }),
  );
  return serviceNeed(needs, maxLoaded);
}
