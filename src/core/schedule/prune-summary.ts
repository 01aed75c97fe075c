import type { PruneResult } from '../cache/prune-result.ts';
import { EXIT, RmaError } from '../errors.ts';
import { notFreed } from '../inventory/not-freed.ts';
import { formatBytes } from '../units.ts';

/**
 * Returns what a run of prune did in one line, with bytes on disk; null if it did nothing.
 * @throws RmaError RMA_CACHE_ENTRY_FAILED (8) if it failed for some entries
 */
export function pruneSummary({ marked, deleted, restored, failed, unmet }: PruneResult): string | null {
  const done = [
    deleted.length === 0 ? [] : [`deleted ${counted(deleted)}`],
    marked.length === 0 ? [] : [`marked ${counted(marked)} for deletion`],
    restored.length === 0 ? [] : [`restored ${counted(restored)}, needed again`],
  ].flat();
  const [first, ...others] = failed;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const rest = done.length === 0 ? '' : `; the rest: ${done.join('; ')}`;
    throw new RmaError('RMA_CACHE_ENTRY_FAILED', `${first.name}: ${first.message}${more}${rest}`, {
      exitCode: EXIT.partial,
      hint: 'fix the cause; the next run retries. To see what remains: rma cache prune --dry-run',
    });
  }
  if (done.length === 0) return null;
  const linkedBytes = [...deleted, ...marked].reduce((sum, item) => sum + item.linkedBytes, 0);
  return [...done, ...notFreed(linkedBytes), ...unmet].join('; ');
}

function counted(items: PruneResult['marked']): string {
  const bytes = items.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  return `${items.length} ${items.length === 1 ? 'entry' : 'entries'} (${formatBytes(bytes)})`;
}
