import { volumeOf } from '../core/docker/volume-of.ts';
import type { RmaConfig } from '../core/domain/config.ts';
import type { ModelCheck } from '../core/domain/model-check.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { Catalog } from '../core/domain/profile.ts';
import type { ServedModel } from '../core/domain/worker-config.ts';
import { RmaError } from '../core/errors.ts';
import { findModel } from '../core/profile/find-model.ts';
import { modelsOf, namedBy, optionalRefs, usersOf } from '../core/profile/model-users.ts';
import { NOTHING_KNOWN } from '../core/store/resolved-file.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import type { ModelStore } from '../ports/model-store.ts';
import { chooseServices } from './desired/choose-services.ts';
import { readResolved, resolveEach } from './desired/resolve-models.ts';
import { fetchExitCode } from './fetch/fetch-result.ts';
import { projectFiles, storeOwner } from './observe/project-files.ts';
import { requireDocker } from './observe/require-docker.ts';
import { lookIntoStore, type StoreAccess } from './observe/store-container.ts';

interface AskedModel {
  /** name that an API shows for it */
  readonly name: string;
  readonly ref: string;
  /** those that name it in some variant */
  readonly profiles: readonly string[];
}

/** A model that was asked for, by whom it is used, and what its reference means. */
export interface ChosenModel extends AskedModel {
  readonly pinned: PinnedModel;
}

/** A model that was asked for and that its source lacks or does not give. */
export interface UnresolvedModel extends AskedModel {
  /** of the catalog: the source may lack it */
  readonly optional: boolean;
  readonly error: RmaError;
}

export interface ChosenModels<M extends ChosenModel = ChosenModel> {
  readonly models: readonly M[];
  readonly failed: readonly UnresolvedModel[];
}

export interface ModelChoice {
  readonly config: RmaConfig;
  /** catalog names or references; `all`: every model of every profile and variant; none: the project's */
  readonly names: readonly string[];
  /** without names or with `all`: every model of these profiles */
  readonly profiles: readonly string[];
  readonly refresh: boolean;
  /** runs when the request is valid and no hub was asked yet */
  readonly beforeResolve?: () => Promise<unknown>;
}

/**
 * Returns the models asked for. Reports mistakes in the request first, then runs `beforeResolve`, then asks the hubs.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_PROFILE_UNKNOWN, RMA_VARIANT_UNKNOWN (2); RMA_HUB_* when
 * no model could be resolved
 */
export async function chooseModels(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'sources' | 'reporter' | 'signal' | 'catalog'>,
  choice: ModelChoice,
): Promise<ChosenModels> {
  const catalog = await invocation.catalog(choice.config);
  const named = await namedModels(host, invocation, { ...choice, catalog });
  const known = choice.refresh
    ? NOTHING_KNOWN
    : await readResolved(host, projectFiles(choice.config).resolved);
  await choice.beforeResolve?.();
  const refs = [...new Set(named.map(({ ref }) => ref))];
  const resolved = await resolveEach(invocation, refs, known.models);
  const users = usersOf(catalog);
  const optional = optionalRefs(catalog);
  const models: ChosenModel[] = [];
  const failed: UnresolvedModel[] = [];
  for (const { name, ref } of named) {
    const profiles = users.get(ref) ?? [];
    const resolution = resolved.get(ref);
    if (resolution?.ok) models.push({ name, ref, profiles, pinned: resolution.pinned });
    else if (resolution !== undefined) {
      const error = namedBy(resolution.error, profiles);
      failed.push({ name, ref, profiles, optional: optional.has(ref), error });
    }
  }
  const [first] = failed;
  if (models.length === 0 && first !== undefined) throw allFailed(failed, first);
  return { models, failed };
}

/** One that failed alone fails with its own error; several as their exit codes agree. */
function allFailed(failed: readonly UnresolvedModel[], { error }: UnresolvedModel): RmaError {
  if (failed.length === 1) return error;
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
  { config, names, profiles, catalog }: ModelChoice & { readonly catalog: Catalog },
): Promise<readonly { readonly name: string; readonly ref: string }[]> {
  if (names.length > 0 && !names.includes('all')) return names.map((name) => findModel(catalog, name));
  const byRef =
    names.includes('all') || profiles.length > 0
      ? modelsOf(catalog, profiles.length > 0 ? profiles : [...catalog.profiles.keys()], config.variants)
      : await projectModels(host, invocation, config);
  return [...byRef.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function projectModels(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  config: RmaConfig,
): Promise<ReadonlyMap<string, ServedModel>> {
  const { services } = (await chooseServices(host, invocation, { config, profiles: [] })).selection;
  return new Map(services.flatMap(({ models }) => models.map((model) => [model.ref, model] as const)));
}

/** How a container reaches the project's store. */
export async function storeAccess(
  host: Pick<Host, 'files' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage'>,
  config: RmaConfig,
): Promise<StoreAccess> {
  return {
    image: await invocation.workerImage.tag(config.images.workerBase),
    volume: volumeOf(config, 'store'),
    owner: await storeOwner(host, config),
    project: config.project,
  };
}

/** A model with what the store holds of it; null when nothing could look. */
export interface ListedModel extends ChosenModel {
  readonly check: ModelCheck | null;
}

/**
 * The chosen models with what a store holds of them: the folder given, else the project's volume, as far as it is there
 * and the worker image that reads it.
 */
export async function listedModels(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'sources' | 'workerImage' | 'reporter' | 'signal' | 'catalog'>,
  { store, ...choice }: ModelChoice & { readonly store: ModelStore | null },
): Promise<ChosenModels<ListedModel>> {
  const { models, failed } = await chooseModels(host, invocation, {
    ...choice,
    beforeResolve: async () => {
      if (store === null) await requireDocker(host);
    },
  });
  const pinned = models.map((model) => model.pinned);
  const checks =
    store === null
      ? await volumeChecks(host, invocation, { config: choice.config, models: pinned })
      : await folderChecks(store, pinned);
  const listed = models.map((model) => ({ ...model, check: checks?.get(model.pinned.ref) ?? null }));
  return { models: listed, failed };
}

async function folderChecks(
  store: ModelStore,
  models: readonly PinnedModel[],
): Promise<ReadonlyMap<string, ModelCheck>> {
  const checks = await Promise.all(models.map(async (model) => store.check(model)));
  return new Map(checks.map((check) => [check.ref, check]));
}

async function volumeChecks(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'signal'>,
  { config, models }: { readonly config: RmaConfig; readonly models: readonly PinnedModel[] },
): Promise<ReadonlyMap<string, ModelCheck> | null> {
  const access = await storeAccess(host, invocation, config);
  const found = await lookIntoStore(host, invocation, { access, models });
  return found === null ? null : new Map(found.checks.map((check) => [check.ref, check]));
}
