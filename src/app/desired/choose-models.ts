import type { RmaConfig } from '../../core/domain/config.ts';
import type { ModelCheck } from '../../core/domain/model-check.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { ServedModel } from '../../core/domain/worker-config.ts';
import { RmaError } from '../../core/errors.ts';
import { findModel, printedName } from '../../core/profile/find-model.ts';
import { expandSets } from '../../core/profile/model-sets.ts';
import { sourceLists } from '../../core/profile/model-sources.ts';
import { modelsOf, namedBy, optionalRefs, usersOf } from '../../core/profile/model-users.ts';
import { runningProfiles } from '../../core/profile/replaced-profiles.ts';
import { selectServices } from '../../core/profile/select-services.ts';
import { type MissingModel, offlineMissing } from '../../core/source/offline-missing.ts';
import { formatModelRef, parseModelRef } from '../../core/source/parse-ref.ts';
import { sourceOf } from '../../core/source/sources.ts';
import { type FileGlobs, withFiles } from '../../core/source/with-files.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { fetchExitCode } from '../fetch/fetch-result.ts';
import { chooseServices } from './choose-services.ts';
import { knownModels } from './known-models.ts';
import type { Resolvers } from './resolve-models.ts';
import { resolveFromSources } from './resolve-sources.ts';

interface RequestedModel {
  /** name in an engine's API, or the reference if that name does not identify the model */
  readonly name: string;
  readonly ref: string;
  /** profiles that use it in some variant */
  readonly profiles: readonly string[];
}

/** A requested model, its users, and the files behind its reference. */
export interface ChosenModel extends RequestedModel {
  readonly pinned: PinnedModel;
  /** its state in the store, if that was used instead of the hub */
  readonly check?: ModelCheck | null | undefined;
}

/** A requested model that could not be resolved. */
export interface UnresolvedModel extends RequestedModel {
  /** the catalog marks it as optional: its source may not have it */
  readonly optional: boolean;
  readonly error: RmaError;
  /** set if no hub was contacted */
  readonly lacks?: MissingModel | undefined;
}

export interface ChosenModels<M extends ChosenModel = ChosenModel> {
  readonly models: readonly M[];
  readonly failed: readonly UnresolvedModel[];
}

export interface ModelChoice {
  readonly config: RmaConfig;
  /** names of the catalog, sets of it or references; `all`: every model of every profile and variant; none: the project's */
  readonly names: readonly string[];
  /** without names or with `all`: every model of these profiles */
  readonly profiles: readonly string[];
  readonly refresh: boolean;
  /** selects files of the only named model */
  readonly files?: FileGlobs | undefined;
}

/** Models that a valid request names, before they are resolved. */
export interface RequestedModels {
  readonly catalog: Catalog;
  readonly models: readonly Pick<RequestedModel, 'name' | 'ref'>[];
  /** what earlier commands resolved */
  readonly known: Pick<ResolvedModels, 'pinned'>;
}

/**
 * Returns the requested models. Contacts neither Docker nor a hub.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN (2)
 */
export async function requestedModels(
  host: Pick<Host, 'files' | 'localFiles'>,
  invocation: Pick<Invocation, 'catalog'>,
  choice: ModelChoice,
): Promise<RequestedModels> {
  const { config, refresh } = choice;
  const catalog = await invocation.catalog(config);
  const named = await namedModels(host, invocation, { ...choice, catalog });
  const models = named.map(printedIn(catalog));
  const known = await knownModels(host, { config, catalog, refresh });
  return { catalog, models, known };
}

/** Returns each model once with the name that is printed for it, sorted by that of its engine. */
export function listedByName(catalog: Catalog, models: readonly ServedModel[]): RequestedModels['models'] {
  return byName(new Map(models.map((model) => [model.ref, model]))).map(printedIn(catalog));
}

function printedIn(catalog: Catalog): (model: ServedModel) => RequestedModels['models'][number] {
  return (model) => ({ name: printedName(catalog, model), ref: model.ref });
}

function byName(models: ReadonlyMap<string, ServedModel>): readonly ServedModel[] {
  return [...models.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Resolves the requested models. @throws RmaError RMA_HUB_* when no model could be resolved */
export async function resolveRequested(
  invocation: Resolvers,
  { catalog, models: requested, known }: RequestedModels,
): Promise<ChosenModels> {
  const refs = [...new Set(requested.map(({ ref }) => ref))];
  const lists = sourceLists(catalog);
  const resolved = await resolveFromSources(invocation, refs, { known: known.pinned, lists });
  const users = usersOf(catalog);
  const optional = optionalRefs(catalog);
  const models: ChosenModel[] = [];
  const failed: UnresolvedModel[] = [];
  for (const { name, ref } of requested) {
    const profiles = users.get(ref) ?? [];
    const resolution = resolved.get(ref);
    if (resolution?.ok) {
      const { pinned, check } = resolution;
      models.push({ name, ref, profiles, pinned, check });
    } else if (resolution !== undefined) {
      const error = namedBy(resolution.error, profiles);
      failed.push({ name, ref, profiles, optional: optional.has(ref), error, lacks: resolution.lacks });
    }
  }
  return requireSome({ models, failed });
}

/** Returns the models if there is one. @throws RmaError the error of the only model, or RMA_MODELS_FAILED with all errors */
export function requireSome<M extends ChosenModel>(chosen: ChosenModels<M>): ChosenModels<M> {
  const { models, failed } = chosen;
  const [first] = failed;
  if (models.length === 0 && first !== undefined) throw allFailed(failed, first);
  return chosen;
}

/** Returns the requested models, resolved. @throws RmaError as requestedModels, resolveRequested */
export async function chooseModels(
  host: Pick<Host, 'files' | 'localFiles'>,
  invocation: Resolvers & Pick<Invocation, 'catalog'>,
  choice: ModelChoice,
): Promise<ChosenModels> {
  return resolveRequested(invocation, await requestedModels(host, invocation, choice));
}

/** Returns the error of the only model, or one error for several, with the exit code that they have in common. */
function allFailed(failed: readonly UnresolvedModel[], { error }: UnresolvedModel): RmaError {
  if (failed.length === 1) return error;
  const lacking = failed.flatMap(({ lacks }) => lacks ?? []);
  if (lacking.length === failed.length) return offlineMissing(lacking);
  const results = failed.map(({ ref, error: each }) => ({
    ref,
    state: 'failed' as const,
    fetchedBytes: 0,
    error: each,
  }));
  const list = failed.map(({ ref, error: each }) => `${ref}: ${each.message}`).join('; ');
  return new RmaError('RMA_MODELS_FAILED', `${failed.length} of ${failed.length} models failed: ${list}`, {
    exitCode: fetchExitCode(results),
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

async function namedModels(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, names, profiles, catalog, files }: ModelChoice & { readonly catalog: Catalog },
): Promise<readonly ServedModel[]> {
  if (names.length > 0 && !names.includes('all')) {
    return expandSets(names, catalog.models).map((name) => selecting(findModel(catalog, name), files));
  }
  const byRef =
    names.includes('all') || profiles.length > 0
      ? modelsOf(catalog, profiles.length > 0 ? profiles : [...catalog.profiles.keys()], config.variants)
      : await projectModels(host, invocation, config);
  return byName(byRef);
}

function selecting(model: ServedModel, files: FileGlobs | undefined): ServedModel {
  const known = parseModelRef(model.ref);
  const ref = files === undefined ? known : withFiles(known, files);
  return ref === known ? model : { ...model, ref: formatModelRef(ref), name: sourceOf(ref).servedName(ref) };
}

async function projectModels(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  config: RmaConfig,
): Promise<ReadonlyMap<string, ServedModel>> {
  const { catalog, profiles, state } = await chooseServices(host, invocation, {
    config,
    profiles: [],
    fix: 'name a MODEL or `all`, or select a profile',
  });
  const { services } = selectServices(catalog, runningProfiles(profiles, state), {
    variants: new Map(Object.entries(config.variants)),
    names: state.services,
  });
  return new Map(services.flatMap(({ models }) => models.map((model) => [model.ref, model] as const)));
}
