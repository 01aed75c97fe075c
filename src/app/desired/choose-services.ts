import type { RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { checkPlacement } from '../../core/hosts/check-placement.ts';
import { unknownWord } from '../../core/nearest.ts';
import { checkPins } from '../../core/placement/check-pins.ts';
import type { ProjectState } from '../../core/profile/project-state.ts';
import { findProfile, selectServices } from '../../core/profile/select-services.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readProjectState } from './project-state.ts';

export interface ServiceChoice {
  readonly config: RmaConfig;
  /** profiles named on the command line, which the project then includes */
  readonly profiles: readonly string[];
  /** what to do if the project has no profile; absent: select one */
  readonly fix?: string;
  /** whether a project without a profile is no error: a host that only runs the coordinator, or nothing any more */
  readonly mayBeEmpty?: boolean;
}

export interface ChosenServices {
  readonly selection: Selection;
  readonly state: ProjectState;
  readonly catalog: Catalog;
  /** the profiles of the project, in their order */
  readonly profiles: readonly string[];
}

/**
 * Returns what the project runs: the profiles of its configuration, those added by earlier commands, and those named now.
 * Contacts neither Docker nor a hub, so that mistakes are reported before anything else.
 * @throws RmaError RMA_PROFILE_UNKNOWN, RMA_PROFILE_NONE, RMA_VARIANT_UNKNOWN, RMA_ENGINE_UNKNOWN, RMA_DATA_INVALID (2)
 */
export async function chooseServices(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, profiles: named, fix = 'select one', mayBeEmpty = false }: ServiceChoice,
): Promise<ChosenServices> {
  const state = await readProjectState(host, config);
  const catalog = await invocation.catalog(config);
  refuseUnknownEngines(config, catalog);
  refuseUnknownVariants(config, catalog);
  refuseUnknownHosts(config, catalog);
  const profiles = projectSet(config, state, named);
  if (profiles.length === 0 && !mayBeEmpty) throw noProfile(catalog, fix);
  const variants = new Map(Object.entries(config.variants));
  checkPins({ pins: config.gpu.pins, catalog, profiles, names: state.services ?? {} });
  return {
    selection: selectServices(catalog, profiles, { variants, names: state.services }),
    state,
    catalog,
    profiles,
  };
}

/**
 * Returns the profiles of the project: those of its configuration, then the added ones in the order of adding. On one of several
 * hosts, those that run there: the configuration has them all, and the state has those that were added for any host.
 */
export function projectSet(
  config: RmaConfig,
  state: ProjectState,
  profiles: readonly string[],
): readonly string[] {
  const added = config.projectHosts === undefined ? state.profiles : [];
  return [...new Set([...config.profiles, ...added, ...profiles])];
}

function refuseUnknownEngines({ images }: RmaConfig, catalog: Catalog): void {
  const known = [...catalog.engines.keys()].sort();
  const unknown = Object.keys(images.engines).find((name) => !catalog.engines.has(name));
  if (unknown === undefined) return;
  throw new RmaError('RMA_ENGINE_UNKNOWN', unknownWord('engine', unknown, known), {
    exitCode: EXIT.usage,
    hint: 'to list the engines: rma engines ls',
  });
}

/** A variant of a profile that does not run is accepted; one of an unknown profile is an error. */
function refuseUnknownVariants({ variants }: RmaConfig, catalog: Catalog): void {
  for (const profile of Object.keys(variants)) findProfile(catalog, profile);
}

/** @throws RmaError RMA_PLACEMENT_UNKNOWN (2) */
function refuseUnknownHosts({ placement, hosts }: RmaConfig, { profiles }: Catalog): void {
  checkPlacement({
    placement,
    hosts: Object.entries(hosts).map(([name, { labels = {} }]) => ({ name, labels })),
    profiles: [...profiles.keys()].sort(),
  });
}

function noProfile(catalog: Catalog, fix: string): RmaError {
  const names = [...catalog.profiles.keys()].sort();
  return new RmaError('RMA_PROFILE_NONE', 'the project has no worker profile', {
    exitCode: EXIT.usage,
    hint: `${fix}: --profile ${names[0] ?? 'NAME'} (available: ${names.join(', ')})`,
  });
}
