import type { RmaConfig } from '../domain/config.ts';
import type { NotPlaced, Placed } from '../domain/placement.ts';
import type { Catalog } from '../domain/profile.ts';
import type { ResolvedModels } from '../domain/resolved-models.ts';
import type { Selection } from '../domain/selection.ts';
import { EXIT, RmaError } from '../errors.ts';
import { selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';
import { type LeftOut, withoutModels } from '../profile/without-models.ts';
import { place } from './place.ts';
import { placementError } from './placement-error.ts';
import { placementProfiles } from './placement-profiles.ts';
import type { ProjectGpus } from './project-gpus.ts';

/** The CPU worker that replaces a profile without a GPU. */
const CPU_WORKER = 'cpu-worker';

/** A profile that another one replaces. */
export interface Replaced {
  readonly profile: string;
  readonly by: string;
  readonly why: string;
}

/** The settings that a placement depends on. */
export interface PlacementSettings extends Pick<RmaConfig, 'gpu' | 'variants'> {
  readonly groups?: Readonly<Record<string, { readonly hosts: { readonly length: number } }>>;
}

/** Returns how many hosts run each profile that several run together. */
export function spansOf({ groups = {} }: Pick<PlacementSettings, 'groups'>): ReadonlyMap<string, number> {
  return new Map(Object.entries(groups).map(([profile, { hosts }]) => [profile, hosts.length]));
}

/** A project to place, with what is known of its models so far. */
export interface ProjectToPlace {
  readonly config: PlacementSettings;
  readonly catalog: Catalog;
  /** the profiles that the command acts on; none: all */
  readonly named: readonly string[];
  readonly serviceNames: ServiceNames;
  readonly gpus: ProjectGpus;
  readonly resolved: ResolvedModels;
}

/** The choices of earlier rounds, which the next one starts from. */
export interface Choices {
  readonly profiles: readonly string[];
  readonly replaced: readonly Replaced[];
  /** profile → variant: service names can depend on what the other profiles run */
  readonly variants: ReadonlyMap<string, string>;
}

export interface PlacementRound {
  readonly choices: Choices;
  readonly placed: Placed;
  readonly selection: Selection;
  readonly leftOut: readonly LeftOut[];
  /** whether another round with the same models would give the same result */
  readonly isStable: boolean;
}

/**
 * Chooses a variant of each profile and GPUs for its services, from what is known of the models. With `enable-gpu auto` the
 * CPU worker replaces a profile that fits on no GPU.
 * @throws RmaError RMA_GPU_* (2 bad request, 3 no GPU, 5 does not fit), RMA_HUB_NOT_FOUND (1)
 */
export function placeProject(project: ProjectToPlace, choices: Choices): PlacementRound {
  const { resolved, serviceNames, config, gpus, named } = project;
  const { catalog, leftOut } = withoutModels(project.catalog, new Set(resolved.missing.keys()));
  const { profiles } = choices;
  const placed = place(
    gpus.devices,
    placementProfiles({
      catalog,
      profiles,
      chosen: existingVariants(catalog, choices.variants),
      names: serviceNames,
      gpu: config.gpu,
      requested: config.variants,
      spans: spansOf(config),
      inventory: gpus.inventory,
      resolved,
      running: gpus.running,
      fixed: new Set(named.length === 0 ? [] : profiles.filter((name) => !named.includes(name))),
    }),
  );
  if (!placed.ok) return placeProject(project, withCpuWorker(project, choices, placed));
  const selection = selectServices(catalog, profiles, { variants: placed.variants, names: serviceNames });
  refuseMissing(selection, resolved);
  return {
    choices: { ...choices, variants: placed.variants },
    placed,
    selection,
    leftOut,
    isStable: sameEntries(choices.variants, placed.variants),
  };
}

/** Drops the choice of a variant that was left out with a missing model. */
function existingVariants(
  { profiles }: Catalog,
  variants: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...variants].filter(([profile, variant]) =>
      profiles.get(profile)?.variants.some(({ name }) => name === variant),
    ),
  );
}

/** @throws RmaError the reason why it does not fit, where the settings do not allow the CPU worker */
function withCpuWorker(
  { config, catalog, gpus }: ProjectToPlace,
  choices: Choices,
  refused: NotPlaced,
): Choices {
  const { profile } = refused;
  const error = placementError(refused, gpus.inventory);
  if (config.gpu.use !== 'auto' || profile === CPU_WORKER || !catalog.profiles.has(CPU_WORKER)) throw error;
  return {
    profiles: [...new Set(choices.profiles.map((name) => (name === profile ? CPU_WORKER : name)))],
    replaced: [...choices.replaced, { profile, by: CPU_WORKER, why: error.message }],
    variants: new Map(),
  };
}

/** @throws RmaError RMA_HUB_NOT_FOUND (1) for a missing model without which a profile has no variant left */
function refuseMissing(selection: Selection, { missing }: Pick<ResolvedModels, 'missing'>): void {
  for (const { name, refs } of selection.profiles) {
    const ref = refs.find((each) => missing.has(each));
    if (ref === undefined) continue;
    throw new RmaError('RMA_HUB_NOT_FOUND', `profile ${name}: ${missing.get(ref)}`, {
      exitCode: EXIT.failed,
      hint: 'the profile has no variant without this model; once the model exists again: rma up --refresh',
      details: { profile: name, ref },
    });
  }
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
