import { markedItem } from '../../../core/cache/cache-view.ts';
import { findMarked } from '../../../core/cache/find-marked.ts';
import type { CacheFailure, UndoResult } from '../../../core/cache/prune-result.ts';
import { toErrorDocument } from '../../../core/errors.ts';
import { diskFault } from '../disk/disk-fault.ts';
import type { Trash, TrashDirectory } from './trash.ts';

/**
 * Moves marked entries back: those that the names mean, or all. Content that a model shares with another marked one is restored
 * with the first of them.
 * @throws RmaError RMA_CACHE_NOT_MARKED (1)
 */
export async function runUndo(trash: Trash, names: readonly string[]): Promise<UndoResult> {
  const { entries } = await trash.read();
  const restored: TrashDirectory[] = [];
  const failed: CacheFailure[] = [];
  for (const entry of findMarked(entries, names)) {
    const { name, uses } = entry.record;
    try {
      for (const other of entries) {
        if (other !== entry && !restored.includes(other)) await trash.restoreContent(other, new Set(uses));
      }
      const taken = await trash.restore(entry);
      restored.push(entry);
      if (taken.length > 0)
        failed.push({
          name,
          message: `${taken.join(', ')} exists again; the marked copy stays in the trash`,
        });
    } catch (error) {
      failed.push({ name, message: toErrorDocument(diskFault(error, name)).message });
    }
  }
  return { restored: restored.map(markedItem), failed };
}
