import { volumeOf } from '../core/docker/volume-of.ts';
import type { RmaConfig } from '../core/model/config.ts';
import type { ModelCheck } from '../core/model/model-check.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';
import type { Catalogue } from '../core/model/profile.ts';
import { findModel } from '../core/profile/find-model.ts';
import { selectServices } from '../core/profile/select-services.ts';
import type { Box } from '../ports/box.ts';
import type { ModelStore } from '../ports/model-store.ts';
import { projectFiles, storeOwner } from './box-settings.ts';
import { chooseServices } from './choose-services.ts';
import { requireDocker } from './require-docker.ts';
import { readResolved, resolveModels } from './resolve-models.ts';
import { lookIntoStore, type StoreAccess } from './store-container.ts';

/** A model that was asked for, by whom it is used, and what its reference means. */
export interface ChosenModel {
  /** name in the catalogue, or the reference itself */
  readonly name: string;
  readonly ref: string;
  readonly profiles: readonly string[];
  readonly pinned: PinnedModel;
}

export interface ModelChoice {
  readonly config: RmaConfig;
  /** catalogue names or references; `all`: every model of every profile; none: the project's */
  readonly names: readonly string[];
  readonly profiles: readonly string[];
  readonly refresh: boolean;
}

/**
 * The models asked for. Mistakes of the caller come first, then `ready` is asked, then the hub.
 * @throws RmaError RMA_MODEL_UNKNOWN, RMA_MODEL_REF_INVALID, RMA_PROFILE_UNKNOWN (2), RMA_HUB_*
 */
export async function chooseModels(
  box: Box,
  choice: ModelChoice,
  ready: () => Promise<unknown> = async () => undefined,
): Promise<readonly ChosenModel[]> {
  const catalogue = await box.catalogue(choice.config.profilesDir);
  const named = await namedModels(box, choice, catalogue);
  const known = choice.refresh ? {} : await readResolved(box, projectFiles(choice.config).resolved);
  await ready();
  const refs = [...new Set(named.map(({ ref }) => ref))];
  const pinned = await resolveModels(box, refs, known);
  const users = usersOf(catalogue);
  return named.flatMap(({ name, ref }) => {
    const model = pinned.get(ref);
    return model === undefined ? [] : [{ name, ref, profiles: users.get(ref) ?? [], pinned: model }];
  });
}

async function namedModels(
  box: Box,
  { config, names, profiles }: ModelChoice,
  catalogue: Catalogue,
): Promise<readonly { readonly name: string; readonly ref: string }[]> {
  if (names.length > 0 && !names.includes('all')) return names.map((name) => findModel(catalogue, name));
  const { services } = names.includes('all')
    ? selectServices(catalogue, [...catalogue.profiles.keys()])
    : (await chooseServices(box, { config, profiles })).selection;
  const byRef = new Map(services.flatMap(({ models }) => models.map((model) => [model.ref, model] as const)));
  return [...byRef.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function usersOf(catalogue: Catalogue): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const profile of catalogue.profiles.keys()) {
    for (const ref of selectServices(catalogue, [profile]).refs)
      users.set(ref, [...(users.get(ref) ?? []), profile]);
  }
  return users;
}

/** How a container reaches the project's store. */
export async function storeAccess(box: Box, config: RmaConfig): Promise<StoreAccess> {
  return {
    image: await box.image.tag(config.images.workerBase),
    volume: volumeOf(config, 'store'),
    owner: await storeOwner(box, config),
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
  box: Box,
  choice: ModelChoice,
  store: ModelStore | null,
): Promise<readonly ListedModel[]> {
  const models = await chooseModels(box, choice, async () => {
    if (store === null) await requireDocker(box);
  });
  const pinned = models.map((model) => model.pinned);
  const checks =
    store === null ? await volumeChecks(box, choice.config, pinned) : await folderChecks(store, pinned);
  return models.map((model) => ({ ...model, check: checks?.get(model.pinned.ref) ?? null }));
}

async function folderChecks(
  store: ModelStore,
  models: readonly PinnedModel[],
): Promise<ReadonlyMap<string, ModelCheck>> {
  const checks = await Promise.all(models.map(async (model) => store.check(model)));
  return new Map(checks.map((check) => [check.ref, check]));
}

async function volumeChecks(
  box: Box,
  config: RmaConfig,
  models: readonly PinnedModel[],
): Promise<ReadonlyMap<string, ModelCheck> | null> {
  const access = await storeAccess(box, config);
  const found = await lookIntoStore(box, access, models);
  return found === null ? null : new Map(found.checks.map((check) => [check.ref, check]));
}
