import type { RmaConfig } from '../../core/domain/config.ts';
import type { ModelCheck, StoreCheck } from '../../core/domain/model-check.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { pickleFault } from '../../core/profile/check-pickles.ts';
import { optionalRefs } from '../../core/profile/model-users.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import {
  type ChosenModel,
  type ChosenModels,
  listedByName,
  type ModelChoice,
  type RequestedModels,
  requestedModels,
  requireSome,
  resolveRequested,
} from '../desired/choose-models.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { checkStore, type StoreAccess, type StoreSurroundings } from '../observe/store-container.ts';
import { withFallback } from '../offline/fallback.ts';
import { placedModels } from './placed-models.ts';

/** A model and its state in the store; null if the store could not be read. */
export interface ListedModel extends ChosenModel {
  readonly check: ModelCheck | null;
}

/** The volume of a project's store, as it is now. */
export interface ObservedVolume {
  readonly access: StoreAccess;
  readonly snapshot: StoreSurroundings;
  /** null when unknown */
  readonly freeBytes: number | null;
}

export interface ListedModels extends ChosenModels<ListedModel> {
  readonly catalog: Catalog;
  /** null: the store is a directory of this machine */
  readonly volume: ObservedVolume | null;
}

/**
 * Returns the chosen models with their state in a store: the given one, else the project's volume, if it and the worker
 * image exist. The models of a project are those that `up` would run on this machine.
 * @throws RmaError as requestedModels (2), RMA_DOCKER_* (3), as resolveRequested
 */
export async function listedModels(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'localFiles' | 'caller' | 'gpus' | 'facts'>,
  invocation: Pick<
    Invocation,
    'sources' | 'ranges' | 'workerImage' | 'reporter' | 'signal' | 'catalog' | 'processes'
  >,
  {
    store,
    ...choice
  }: ModelChoice & { readonly store: Pick<ModelStore, 'check' | 'recall' | 'read'> | null },
): Promise<ListedModels> {
  const requested = await requestedModels(host, invocation, choice);
  const snapshot = store === null ? await observeStore(host) : null;
  const { config, names, profiles, refresh } = choice;
  const hubs = withFallback(host, invocation, { config, store });
  const isProject = names.length === 0 && profiles.length === 0;
  const placed = isProject
    ? await placedModels(host, hubs, { config, refresh, containers: store === null })
    : null;
  const chosen = await resolveRequested(hubs, withPlaced(requested, placed));
  const { catalog } = requested;
  const pinned = chosen.models.map((model) => model.pinned);
  if (snapshot === null) {
    const checks = store === null ? [] : await directoryChecks(store, chosen.models);
    return { ...listed(chosen, checks), catalog, volume: null };
  }
  const access = await storeAccess(host, invocation, choice.config);
  const found = await checkStore(host, invocation, { access, models: pinned, snapshot });
  const volume = { access, snapshot, freeBytes: found?.freeBytes ?? null };
  return { ...listed(chosen, found?.checks ?? []), catalog, volume };
}

/**
 * Returns the listed models without those that a download would bring as pickles that are not allowed; they count as failed.
 * @throws RmaError RMA_MODEL_PICKLE (6), or RMA_MODELS_FAILED, if no model is left
 */
export function withoutPickles(listed: ListedModels, config: RmaConfig): ChosenModels<ListedModel> {
  const optional = optionalRefs(listed.catalog);
  const models: ListedModel[] = [];
  const failed = [...listed.failed];
  for (const model of listed.models) {
    const { name, ref, profiles, pinned, check } = model;
    const fault = check?.state === 'present' ? null : pickleFault(ref, pinned, { ...listed, config });
    if (fault === null) models.push(model);
    else failed.push({ name, ref, profiles, optional: optional.has(ref), error: fault });
  }
  return requireSome({ models, failed });
}

/** Returns the request with the models of the variants that `up` would run, and what is known of them. */
function withPlaced(
  requested: RequestedModels,
  placed: Awaited<ReturnType<typeof placedModels>>,
): RequestedModels {
  if (placed === null) return requested;
  const { selection, resolved } = placed;
  const models = selection.services.flatMap((service) => service.models);
  return { ...requested, models: listedByName(requested.catalog, models), known: resolved };
}

function listed({ models, failed }: ChosenModels, checks: StoreCheck['checks']): ChosenModels<ListedModel> {
  const byRef = new Map(checks.map((check) => [check.ref, check]));
  return {
    models: models.map((model) => ({ ...model, check: byRef.get(model.pinned.ref) ?? null })),
    failed,
  };
}

async function directoryChecks(
  store: Pick<ModelStore, 'check'>,
  models: readonly ChosenModel[],
): Promise<readonly ModelCheck[]> {
  return Promise.all(models.map(async ({ pinned, check }) => check ?? store.check(pinned)));
}
