import { planRestore } from '../../../core/cache/plan-restore.ts';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { unless } from '../disk/disk.ts';
import { Trash, type TrashContext } from './trash.ts';

/**
 * Moves what prune marked of a model back before its download, under the lease of the model, which keeps prune away. Never rejects:
 * what cannot be restored is downloaded.
 */
export async function restoreMarked(context: Omit<TrashContext, 'now'>, model: PinnedModel): Promise<void> {
  const trash = new Trash({ ...context, now: Date.now });
  try {
    const { entries } = await trash.read();
    const { whole, contents } = planRestore(entries, model);
    for (const { entry, paths } of contents) await trash.restoreContent(entry, paths);
    for (const entry of whole) await trash.restore(entry);
  } catch {
    // the download replaces it
  }
}

/** Returns the content of all marked models: an undo needs those that were not moved, because another model used them, too. */
export async function markedUses(context: Omit<TrashContext, 'now'>): Promise<ReadonlySet<string>> {
  const { entries } = await new Trash({ ...context, now: Date.now }).read();
  return new Set(entries.flatMap(({ record }) => record.uses));
}

/** Returns the same for a list, sorted; nothing if this user may not read the trash. */
export async function undoContents(context: Omit<TrashContext, 'now'>): Promise<readonly string[]> {
  const uses = await unless(['EACCES', 'EPERM'], markedUses(context));
  return [...(uses ?? [])].sort();
}
