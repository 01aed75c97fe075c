import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import { formatProjectState, type ProjectState } from '../../core/profile/project-state.ts';
import { findProfile } from '../../core/profile/select-services.ts';
import { formatResolved } from '../../core/source/resolved-file.ts';
import { projectFiles } from '../observe/project-files.ts';
import type { PlacedServices } from './place-services.ts';
import type { ProjectRequest } from './read-request.ts';

export interface GeneratedContent {
  readonly project: ProjectRequest;
  readonly placed: Pick<PlacedServices, 'selection' | 'resolved' | 'replaced'>;
  /** service → port on the host */
  readonly ports: ReadonlyMap<string, number>;
  /** text of the Compose file */
  readonly compose: string;
}

/** Returns the files that rma generates for a project, by absolute path. */
export function generatedFiles(content: GeneratedContent): ReadonlyMap<string, string> {
  const paths = projectFiles(content.project.config);
  return new Map([
    [paths.compose, content.compose],
    [paths.resolved, formatResolved(modelsOf(content))],
    [paths.state, formatProjectState(nextState(content))],
  ]);
}

/**
 * Returns the models that run, and those of all variants of the project's profiles: the next plan compares them without
 * a request to a hub.
 */
function modelsOf({ project, placed }: GeneratedContent): ResolvedModels {
  const { catalog, profiles } = project;
  const { resolved, selection } = placed;
  const names = profiles
    .flatMap((name) => findProfile(catalog, name).variants)
    .flatMap(({ services }) => services.flatMap(({ models }) => models));
  const refs = new Set([...selection.refs, ...names.map((name) => catalog.served.get(name)?.ref)]);
  const own = <T>(facts: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...facts].filter(([ref]) => refs.has(ref)));
  // also what no header contains: read again, it could differ, and a running service would change; --refresh reads it
  const { transient } = resolved;
  return {
    pinned: own(resolved.pinned),
    geometry: own(resolved.geometry),
    missing: own(resolved.missing),
    transient,
  };
}

/** Returns the next state. Profiles of the configuration are not stored, so that removing one there removes it. */
function nextState({ project, placed, ports }: GeneratedContent): Omit<ProjectState, 'schema'> {
  const { config, profiles } = project;
  const { selection, replaced } = placed;
  const { assignment } = config;
  return {
    profiles: assignment?.added ?? profiles.filter((name) => !config.profiles.includes(name)),
    ports: Object.fromEntries(ports),
    services: Object.fromEntries(selection.services.map(({ service, identity }) => [service, identity])),
    replaced,
    project: config.project,
    ...(config.directory !== null && { directory: config.directory }),
    settings: config.toRecord,
    assigned: assignment?.assigned,
    revisions: assignment?.revisions,
    ...(config.groups !== undefined && { groups: config.groups }),
    bootOffered: project.state.bootOffered,
  };
}
