import type { Placed, PlacementDevice, ServicePlacement } from '../../core/domain/placement.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { Selection } from '../../core/domain/selection.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { type Choices, type PlacementRound, placeProject } from '../../core/placement/place-project.ts';
import { type ProjectGpus, projectGpus } from '../../core/placement/project-gpus.ts';
import { driverChecks } from '../../core/plan/driver-checks.ts';
import { modelChecks } from '../../core/plan/model-checks.ts';
import { placementChecks } from '../../core/plan/placement-checks.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import { checkDirectory } from '../../core/profile/check-directory.ts';
import { checkGguf } from '../../core/profile/check-gguf.ts';
import { pickleFault } from '../../core/profile/check-pickles.ts';
import type { ServiceRequest } from './read-request.ts';
import { type Hubs, resolveSelection } from './resolve-selection.ts';

/** The variants that run, and their GPUs. */
export interface PlacedServices {
  readonly selection: Selection;
  /** service → its GPUs; a service that is not in it runs on the CPU */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  readonly placed: Placed;
  /** none when no profile can use a GPU */
  readonly devices: readonly PlacementDevice[];
  readonly resolved: ResolvedModels;
  /** warnings for the plan */
  readonly checks: readonly PlanCheck[];
  /** profiles of the selection that the command acts on; none: all */
  readonly applied: readonly string[];
  /** profile without a GPU → the profile that runs instead */
  readonly replaced: Readonly<Record<string, string>>;
}

export interface PlaceRequest {
  readonly project: ServiceRequest;
  readonly snapshot: Pick<Snapshot, 'gpus' | 'processes' | 'allContainers' | 'reservations'>;
}

/**
 * Chooses a variant of each profile and GPUs for its services. Places with what is known of the models, resolves those that
 * were chosen, and places again until nothing new is known.
 * @throws RmaError RMA_GPU_* (2 bad request, 3 no GPU, 5 does not fit), RMA_HUB_*, RMA_MODEL_AMBIGUOUS (2), RMA_MODEL_PICKLE (6)
 */
export async function placeServices(
  hubs: Hubs,
  { project, snapshot }: PlaceRequest,
): Promise<PlacedServices> {
  const { config, catalog, named } = project;
  const serviceNames = project.state.services ?? {};
  const gpus = projectGpus(
    { ...project, project: config.project, settings: config.gpu, serviceNames },
    snapshot,
  );
  let choices: Choices = { profiles: project.profiles, replaced: [], variants: new Map() };
  let { resolved } = project;
  for (;;) {
    const round = placeProject({ config, catalog, named, serviceNames, gpus, resolved }, choices);
    const more = await resolveSelection(hubs, { catalog, selection: round.selection, resolved });
    if (more === null && round.isStable) {
      refuseUnloadable(project, round.selection, resolved);
      return placedServices(project, gpus, { ...round, resolved });
    }
    // a variant whose model is missing may not exist in the next round
    const keepsVariants = more === null || more.missing.size === resolved.missing.size;
    choices = keepsVariants ? round.choices : { ...round.choices, variants: new Map() };
    resolved = more ?? resolved;
  }
}

/** @throws RmaError RMA_MODEL_AMBIGUOUS, RMA_MODEL_UNSERVABLE (2), RMA_MODEL_PICKLE (6) */
function refuseUnloadable(
  project: ServiceRequest,
  { services, refs }: Selection,
  { pinned }: ResolvedModels,
): void {
  for (const ref of refs) {
    const model = pinned.get(ref);
    const fault = model === undefined ? null : pickleFault(ref, model, project);
    if (fault !== null) throw fault;
  }
  for (const { profile, engine, models } of services) {
    const use = { profile, engine, models: models.flatMap(({ ref }) => pinned.get(ref) ?? []) };
    checkGguf(use);
    checkDirectory(use);
  }
}

function placedServices(
  { config, named }: ServiceRequest,
  { devices, inventory, reservations }: ProjectGpus,
  { placed, selection, leftOut, choices, resolved }: PlacementRound & Pick<PlacedServices, 'resolved'>,
): PlacedServices {
  const { replaced } = choices;
  const own = selection.profiles.map(({ name }) => name);
  const onGpus = new Set(
    placed.services.flatMap(({ service, devices: used }) => (used.length > 0 ? [service] : [])),
  );
  return {
    selection,
    placement: new Map(placed.services.map((service) => [service.service, service])),
    placed,
    devices,
    resolved,
    checks: [
      ...placementChecks({
        placed,
        requested: config.variants,
        devices,
        inventory,
        reservations,
        replaced,
        leftOut: leftOut.filter(({ profile }) => own.includes(profile)),
      }),
      ...driverChecks(
        selection.services.filter(({ service }) => onGpus.has(service)),
        inventory.driverVersion,
      ),
      ...modelChecks(selection.refs.flatMap((ref) => resolved.pinned.get(ref) ?? [])),
    ],
    applied: named.map((name) => replaced.find(({ profile }) => profile === name)?.by ?? name),
    replaced: Object.fromEntries(replaced.map(({ profile, by }) => [profile, by])),
  };
}
