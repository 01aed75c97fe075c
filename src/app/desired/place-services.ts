import type { RmaConfig } from '../../core/domain/config.ts';
import type { NotPlaced, Placed, PlacementDevice, ServicePlacement } from '../../core/domain/placement.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { place } from '../../core/placement/place.ts';
import { placementProfiles } from '../../core/placement/placement-profiles.ts';
import { placementChecks, type Replaced } from '../../core/plan/placement-checks.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import { selectServices } from '../../core/profile/select-services.ts';
import { type LeftOut, withoutModels } from '../../core/profile/without-models.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type GpuScene, observeGpus } from '../observe/observe-gpus.ts';
import { knownFacts, type Learnt, learnModels } from './learn-models.ts';
import type { PlaceRequest } from './place-request.ts';
import { placementError } from './placement-error.ts';

/** Which variants run, and where. */
export interface PlacedServices {
  readonly selection: Selection;
  /** service → what it was given; a service that is not there runs on the CPU */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  readonly placed: Placed;
  /** none where nobody asks for GPUs */
  readonly devices: readonly PlacementDevice[];
  readonly learnt: Learnt;
  /** warnings for the plan */
  readonly checks: readonly PlanCheck[];
  /** profiles of the selection that are acted on; none: all */
  readonly acted: readonly string[];
}

/** The CPU worker that takes the place of a profile without a GPU. */
const STAND_IN = 'cpu-worker';

/** What is settled so far; each round settles more. */
interface Settled {
  readonly profiles: readonly string[];
  readonly replaced: readonly Replaced[];
  readonly variants: ReadonlyMap<string, string>;
  readonly learnt: Learnt;
}

/**
 * Chooses a variant of each profile and GPUs for its services. What the models need is first as the catalog says; then
 * the chosen ones are looked up, and everything is placed again until nothing new comes to light. The GPUs are only asked
 * when some variant can use one.
 * @throws RmaError RMA_GPU_* (2 what was asked for, 3 no GPU, 5 does not fit), RMA_HUB_*
 */
export async function placeServices(
  host: Pick<Host, 'engine' | 'gpus' | 'facts'>,
  invocation: Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>,
  request: PlaceRequest,
): Promise<PlacedServices> {
  const { wish } = request;
  const scene = await observeGpus(host, invocation, request);
  let settled: Settled = {
    profiles: wish.wanted,
    replaced: [],
    variants: new Map(),
    learnt: knownFacts(wish.known),
  };
  for (;;) {
    const { catalog, leftOut } = withoutModels(scene.catalog, new Set(settled.learnt.missing.keys()));
    const variants = stillThere(catalog, settled.variants);
    const outcome = placeOnce(request, scene, catalog, { ...settled, variants });
    if (!outcome.ok) {
      settled = withStandIn(request.config, scene, settled, outcome);
      continue;
    }
    const selection = selectServices(catalog, settled.profiles, outcome.variants, wish.state.services);
    refuseMissing(selection, settled.learnt);
    const more = await learnModels(invocation, { catalog, selection, known: settled.learnt });
    if (more === null && sameEntries(settled.variants, outcome.variants)) {
      return finished(request, scene, settled, { outcome, selection, leftOut });
    }
    // a variant whose model is missing may be gone in the next round
    const same = more === null || more.missing.size === settled.learnt.missing.size;
    settled = {
      ...settled,
      variants: same ? outcome.variants : new Map(),
      learnt: more ?? settled.learnt,
    };
  }
}

/** Without the variants that went with a model their source does not have. */
function stillThere(
  { profiles }: Catalog,
  variants: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...variants].filter(([profile, variant]) =>
      profiles.get(profile)?.variants.some(({ name }) => name === variant),
    ),
  );
}

function placeOnce(
  { config, wish, profiles: acted }: PlaceRequest,
  scene: GpuScene,
  catalog: Catalog,
  { profiles, variants, learnt }: Settled,
): Placed | NotPlaced {
  return place(
    scene.devices,
    placementProfiles({
      catalog,
      profiles,
      chosen: variants,
      names: wish.state.services ?? {},
      gpu: config.gpu,
      requested: config.variants,
      inventory: scene.inventory,
      facts: learnt,
      running: scene.running,
      fixed: new Set(acted.length === 0 ? [] : profiles.filter((name) => !acted.includes(name))),
    }),
  );
}

/** @throws RmaError why it does not fit, where the settings do not let the CPU worker take its place */
function withStandIn(
  { gpu }: RmaConfig,
  { catalog, inventory }: GpuScene,
  settled: Settled,
  outcome: NotPlaced,
): Settled {
  const { profile } = outcome;
  if (gpu.use !== 'auto' || profile === STAND_IN || !catalog.profiles.has(STAND_IN)) {
    throw placementError(outcome, inventory);
  }
  return {
    ...settled,
    profiles: [...new Set(settled.profiles.map((name) => (name === profile ? STAND_IN : name)))],
    replaced: [
      ...settled.replaced,
      { profile, by: STAND_IN, why: placementError(outcome, inventory).message },
    ],
    variants: new Map(),
  };
}

function finished(
  request: PlaceRequest,
  scene: GpuScene,
  { learnt, replaced }: Settled,
  {
    outcome,
    selection,
    leftOut,
  }: { readonly outcome: Placed; readonly selection: Selection; readonly leftOut: readonly LeftOut[] },
): PlacedServices {
  const mine = selection.profiles.map(({ name }) => name);
  const { devices, inventory, reservations } = scene;
  const stands = new Map(replaced.map(({ profile, by }) => [profile, by]));
  return {
    selection,
    placement: new Map(outcome.services.map((service) => [service.service, service])),
    placed: outcome,
    devices,
    learnt,
    checks: placementChecks({
      placed: outcome,
      wanted: request.config.variants,
      devices,
      inventory,
      reservations,
      replaced,
      leftOut: leftOut.filter(({ profile }) => mine.includes(profile)),
    }),
    acted: request.profiles.map((name) => stands.get(name) ?? name),
  };
}

/** @throws RmaError RMA_HUB_NOT_FOUND (1) for a model without which nothing is left of its profile */
function refuseMissing(selection: Selection, { missing }: Learnt): void {
  for (const { name, refs } of selection.profiles) {
    const ref = refs.find((each) => missing.has(each));
    if (ref === undefined) continue;
    throw new RmaError('RMA_HUB_NOT_FOUND', `profile ${name}: ${missing.get(ref)}`, {
      exitCode: EXIT.failed,
      hint: 'nothing is left of the profile without it; when the model is there again: rma up --refresh',
      details: { profile: name, ref },
    });
  }
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
