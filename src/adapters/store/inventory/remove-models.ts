import { dirname, join } from 'node:path';
import type { Inventory } from '../../../core/domain/inventory.ts';
import { assertUnneeded, planRemoval, type Removal } from '../../../core/inventory/plan-removal.ts';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import type { HeldLease, RemoveOptions } from '../../../ports/model-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';

export interface RemoveContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  readonly inventory: () => Promise<Inventory>;
  /** waits for a lease */
  readonly acquire: (key: string) => Promise<HeldLease>;
}

/** Directories that other programs expect, also empty. */
const KEPT = ['ollama/manifests', 'ollama/blobs', 'huggingface/hub', 'modelscope', 'gguf', 'local'];

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
    const plan = planRemoval(await context.inventory(), paths);
    if (!force) assertUnneeded(plan);
    for (const lease of held) await lease.confirm();
    await carryOut(context, plan);
    return plan;
  } finally {
    for (const lease of held) await lease.release();
  }
}

/**
 * Removes the names first, so that no reader finds half a model, then the content that a second look at the store finds
 * unused, then receipts and records, then directories that became empty. A kill in between leaves content without a model,
 * which is no fault of the store.
 */
async function carryOut(context: RemoveContext, plan: Removal): Promise<void> {
  const { disk, paths } = context;
  const remove = async (path: string) => {
    await unless(NO_RECORD, disk.unlink(placeInStore(paths, path)));
  };
  for (const name of plan.names) await remove(name);
  const inUse = contentsInUse(await context.inventory());
  const contents = plan.contents.filter((path) => !inUse.has(path));
  for (const content of contents) await remove(content);
  for (const record of plan.records) await unless(NO_RECORD, disk.unlink(join(paths.state, record)));
  for (const path of [...plan.names, ...contents]) await removeEmpty(context, dirname(path));
}

/** Returns the contents of all models, to which a download may have added one since the plan was made. */
function contentsInUse({ models }: Inventory): ReadonlySet<string> {
  return new Set(models.flatMap(({ files }) => files.map(({ content }) => content)));
}

/** Removes a directory and its parents as far as they are empty. */
async function removeEmpty(context: RemoveContext, folder: string): Promise<void> {
  if (folder === '.' || KEPT.includes(folder)) return;
  const removed = unless(
    ['ENOTEMPTY', 'EEXIST', 'EBUSY', ...NO_RECORD],
    context.disk.rmdir(placeInStore(context.paths, folder)).then(() => true),
  );
  if ((await removed) === true) await removeEmpty(context, dirname(folder));
}
