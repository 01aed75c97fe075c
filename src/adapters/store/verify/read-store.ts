import { join } from 'node:path';
import type { Inventory, InventoryModel } from '../../../core/domain/inventory.ts';
import type { Problem } from '../../../core/domain/verification.ts';
import { buildInventory } from '../../../core/inventory/build-inventory.ts';
import { findModels } from '../../../core/inventory/find-models.ts';
import { keyedRef } from '../../../core/inventory/needed-by.ts';
import { listed } from '../../../core/inventory/summed-directories.ts';
import { placeInStore } from '../../../core/source/store-paths.ts';
import { checkRecords } from '../../../core/verify/check-records.ts';
import { listingPath } from '../../../core/verify/expected.ts';
import type { StoreSnapshot } from '../../../core/verify/model-facts.ts';
import { isWeightIndex } from '../../../core/verify/weight-map.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { textAt } from '../disk/text-at.ts';
import { type ScanContext, scanStore } from '../inventory/scan-store.ts';

export interface ReadResult {
  readonly store: StoreSnapshot;
  /** what is wrong with refs and manifests */
  readonly problems: readonly Problem[];
}

/**
 * Scans a store once, and reads the small files that a verification of these models needs; all models without a name.
 * A name may be that of a model whose manifest or ref is broken.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1)
 */
export async function readStore(context: ScanContext, names: readonly string[]): Promise<ReadResult> {
  const scanned = await scanStore(context);
  // a verification looks for single files
  const scan = { ...scanned, trees: scanned.trees.map((tree) => listed(tree)) };
  const inventory = buildInventory(scan);
  const all = checkRecords({ scan, inventory });
  const named = names.map((name) => ({
    name,
    broken: all.filter(({ reference }) => isSame(name, reference)),
  }));
  const found = named.flatMap(({ name, broken }) =>
    broken.length > 0 ? modelsOf(inventory, name) : findModels(inventory, name),
  );
  const paths = new Set(found.map(({ path }) => path));
  const models = inventory.models.filter(({ path }) => names.length === 0 || paths.has(path));
  const store = {
    scan,
    inventory,
    models,
    texts: textsOf(context, models),
    links: await linksOf(context, models),
  };
  return { store, problems: names.length === 0 ? all : named.flatMap(({ broken }) => broken) };
}

function isSame(name: string, reference: string): boolean {
  return name === reference || (keyedRef(name)?.key ?? name) === (keyedRef(reference)?.key ?? reference);
}

function modelsOf({ models }: Inventory, name: string): readonly InventoryModel[] {
  return models.filter(
    ({ references, path }) => path === name || references.some((each) => isSame(name, each)),
  );
}

function textsOf(context: ScanContext, models: readonly InventoryModel[]): ReadonlyMap<string, string> {
  const wanted = models.flatMap((model) => [
    ...[listingPath(model)].filter((path) => path !== null),
    ...model.files.filter(({ path }) => isWeightIndex(path)).map(({ path }) => `${model.path}/${path}`),
  ]);
  const found = wanted.flatMap((path) => {
    const text = textAt(context, path);
    return text === null ? [] : [[path, text] as const];
  });
  return new Map(found);
}

/** Returns the targets of the broken links in the snapshots of a hub cache. */
async function linksOf(
  { disk, paths }: ScanContext,
  models: readonly InventoryModel[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { commit, path, missing } of models) {
    for (const name of commit === null ? [] : missing) {
      const place = join(placeInStore(paths, path), name);
      const target = await unless(['EINVAL', ...NO_RECORD], disk.readlink(place));
      if (target !== null) found.set(`${path}/${name}`, String(target));
    }
  }
  return found;
}
