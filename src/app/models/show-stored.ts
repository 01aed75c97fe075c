import type { RmaConfig } from '../../core/domain/config.ts';
import type { InventoryModel } from '../../core/domain/inventory.ts';
import { type ModelFacts, NO_FACTS } from '../../core/domain/model-facts.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { findModels } from '../../core/inventory/find-models.ts';
import { findModel } from '../../core/profile/find-model.ts';
import { expandSets } from '../../core/profile/model-sets.ts';
import { type DescribedModels, readDescribed } from '../../core/worker/described-models.ts';
import type { DescribeRequest } from '../../core/worker/read-describe-request.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { StoreReader } from '../../ports/store-reader.ts';
import { describeModels } from '../fetch/model-facts.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';
import { storeInventory } from './store-inventory.ts';
import { storedName } from './stored-name.ts';

/** A stored model, with metadata from its files and the catalog. */
export interface ShownModel extends ModelFacts {
  readonly model: InventoryModel;
}

export interface ShowRequest {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly folder: { readonly store: Pick<ModelStore, 'inventory'>; readonly reader: StoreReader } | null;
  /** a name of the catalog, a reference or a path */
  readonly name: string;
}

/**
 * Returns the models in the store that a name means. Contacts no hub.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_REF_AMBIGUOUS (2), as runInVolume
 */
export async function showStored(
  host: VolumeHost,
  invocation: VolumeInvocation & Pick<Invocation, 'catalog'>,
  { config, folder, name }: ShowRequest,
): Promise<readonly ShownModel[]> {
  const catalog = await invocation.catalog(config);
  const inventory = await storeInventory(host, invocation, { config, store: folder?.store ?? null });
  const models = expandSets([name], catalog.models).flatMap((each) =>
    findModels(inventory, storedName(inventory, catalog, each)),
  );
  const facts =
    folder === null
      ? await describeInVolume(host, invocation, { config, models })
      : await describeModels(models, folder.reader);
  return models.map((model) => {
    const found = facts.get(model.path) ?? NO_FACTS;
    return { model, ...found, license: catalogLicense(catalog, model) ?? found.license };
  });
}

async function describeInVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, models }: { readonly config: RmaConfig; readonly models: readonly InventoryModel[] },
): Promise<DescribedModels> {
  const input: DescribeRequest = { paths: models.map(({ path }) => path) };
  const answer = await runInVolume(host, invocation, { config, verb: 'describe', input });
  return answer === null ? new Map() : readDescribed(answer.stdout, answer.image);
}

function catalogLicense(catalog: Catalog, { references }: InventoryModel): string | null {
  const entries = [...catalog.models.values()];
  const entry = entries.find(({ name }) => references.includes(findModel(catalog, name).ref));
  return entry?.license || null;
}
