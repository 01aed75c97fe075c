import { join } from 'node:path';
import { formatPin, parsePin, pinName } from '../../../core/cache/pin.ts';
import type { Inventory } from '../../../core/domain/inventory.ts';
import { parseModelRef } from '../../../core/source/parse-ref.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { PinChange } from '../../../ports/cache-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, writeAtomic } from '../disk/files.ts';

export interface PinContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  readonly inventory: () => Promise<Pick<Inventory, 'models'>>;
}

/**
 * Writes or removes the pins of models, given by references or paths. A reference may be pinned before its model is stored.
 * @throws RmaError RMA_MODEL_REF_INVALID (2) for what is neither a reference nor the path of a stored model
 */
export async function changePins(
  { disk, paths, inventory }: PinContext,
  models: readonly string[],
  pinned: boolean,
): Promise<readonly PinChange[]> {
  const { models: stored } = await inventory();
  const staging = join(paths.state, 'staging');
  const folder = join(paths.state, 'pins');
  const pinOf = (model: string) => unless(NO_RECORD, disk.readText(join(folder, pinName(model))));
  const changes: PinChange[] = [];
  for (const text of models) {
    const pin = await pinOf(text);
    const isPath = pin !== null || stored.some(({ path }) => path === text);
    // the name in the pin: another spelling of its reference has the same pin
    const model = parsePin(pin ?? '') ?? (isPath ? text : canonicalRef(text));
    const path = join(folder, pinName(model));
    const isPinned = (await pinOf(model)) !== null;
    if (pinned && !isPinned) {
      await ensureDir(disk, staging);
      await ensureDir(disk, folder);
      await writeAtomic(disk, { staging, path, text: formatPin(model) });
    }
    if (!pinned && isPinned) await disk.unlink(path);
    changes.push({ model, isChanged: isPinned !== pinned });
  }
  return changes;
}

function canonicalRef(text: string): string {
  const ref = parseModelRef(text);
  return sourceOf(ref).format(ref);
}
