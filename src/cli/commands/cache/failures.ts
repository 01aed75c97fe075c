import type { MarkedItem } from '../../../core/cache/cache-view.ts';
import type { CacheFailure } from '../../../core/cache/prune-result.ts';
import type { Context } from '../../context/context.ts';

/** Reports entries that could not be marked, deleted or restored as warnings. */
export function warnFailed({ reporter }: Pick<Context, 'reporter'>, failed: readonly CacheFailure[]): void {
  for (const { name, message } of failed) {
    const text = message.includes(name) ? message : `${name}: ${message}`;
    reporter.emit({ type: 'warning', code: 'RMA_CACHE_ENTRY_FAILED', text });
  }
}

/** Returns the bytes on disk of entries. */
export function bytesOf(items: readonly Pick<MarkedItem, 'diskBytes'>[]): number {
  return items.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
}
