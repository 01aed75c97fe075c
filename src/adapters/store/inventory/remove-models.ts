import { dirname, join } from 'node:path';
import type { Inventory } from '../../../core/domain/inventory.ts';
import { assertUnneeded, planRemoval, type Removal } from '../../../core/inventory/plan-removal.ts';
import { isDownloaded } from '../../../core/inventory/shared-leases.ts';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import { leaseName, PRUNE_LEASE } from '../../../core/store/lease-name.ts';
import type { HeldLease, RemoveOptions } from '../../../ports/model-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { removeEmpty } from './remove-empty.ts';

export interface RemoveContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  readonly inventory: () => Promise<Inventory>;
  /** waits for a lease */
  readonly acquire: (key: string) => Promise<HeldLease>;
  readonly activeLeases: () => Promise<ReadonlySet<string>>;
  /** contents of models that prune marked, and that can be moved back */
  readonly markedContents: () => Promise<ReadonlySet<string>>;
}

/**
 * Removes models under their leases. Returns what was removed.
 * @throws RmaError RMA_MODEL_NEEDED (3), RMA_STORE_LEASE_* (1, 7)
 */
export async function removeModels(
  context: RemoveContext,
  paths: readonly string[],
  { force }: Pick<RemoveOptions, 'force'>,
): Promise<Removal> {
  const { models } = await context.inventory();
  const keys = models.filter(({ path }) => paths.includes(path)).flatMap(({ lease }) => lease ?? []);
  const held: HeldLease[] = [];
  try {
    // in one order, so that two removals never wait for each other
    for (const key of [...new Set(keys)].sort()) held.push(await context.acquire(key));
    // downloads that begin from now on wait
    held.push(await context.acquire(PRUNE_LEASE));
    const plan = planRemoval(await context.inventory(), paths);
    if (!force) assertUnneeded(plan);
    for (const lease of held) await lease.confirm();
    await carryOut(context, plan, new Set(keys.map(leaseName)));
    return plan;
  } finally {
    for (const lease of held) await lease.release();
  }
}

/**
 * Removes the names first, so that no reader finds half a model, then the content that a second check of the store finds
 * unused, by marked models too, then receipts and records, then directories that became empty. A kill in between leaves content without a model,
 * which is no fault of the store.
 */
async function carryOut(context: RemoveContext, plan: Removal, own: ReadonlySet<string>): Promise<void> {
  const { disk, paths } = context;
  const remove = async (path: string) => {
    await unless(NO_RECORD, disk.unlink(placeInStore(paths, path)));
  };
  for (const name of plan.names) await remove(name);
  const inUse = contentsInUse(await context.inventory(), new Set(plan.models.map(({ path }) => path)));
  const others = [...(await context.activeLeases())].filter((name) => !own.has(name));
  const marked = await context.markedContents();
  const contents = plan.contents.filter(
    (path) => !inUse.has(path) && !marked.has(path) && !isDownloaded(path, others),
  );
  for (const content of contents) await remove(content);
  for (const record of plan.records) await unless(NO_RECORD, disk.unlink(join(paths.state, record)));
  for (const path of [...plan.names, ...contents]) await removeEmpty(context, dirname(path));
}

/**
 * Returns the contents of all models, to which a download may have added one since the plan was made. A removed model without
 * names of its own is still among them, by its receipt.
 */
function contentsInUse({ models }: Inventory, removed: ReadonlySet<string>): ReadonlySet<string> {
  const others = models.filter(({ path, names }) => names.length > 0 || !removed.has(path));
  return new Set(others.flatMap(({ files }) => files.map(({ content }) => content)));
}
