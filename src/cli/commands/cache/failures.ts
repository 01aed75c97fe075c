import type { MarkedItem } from '../../../core/cache/cache-view.ts';
import type { CacheFailure } from '../../../core/cache/prune-result.ts';
import { notFreed } from '../../../core/inventory/not-freed.ts';
import type { Context } from '../../context/context.ts';

/** Reports entries that could not be marked, deleted or restored as warnings. */
export function warnFailed({ reporter }: Pick<Context, 'reporter'>, failed: readonly CacheFailure[]): void {
  for (const { name, message } of failed) {
    const text = message.includes(name) ? message : `${name}: ${message}`;
    reporter.emit({ type: 'warning', code: 'RMA_CACHE_ENTRY_FAILED', text });
  }
}

/** Returns why not all of entries is freed, as a list of at most one text. */
export function notFreedOf(items: readonly Pick<MarkedItem, 'linkedBytes'>[]): readonly string[] {
  return notFreed(items.reduce((sum, { linkedBytes }) => sum + linkedBytes, 0));
}

/** Returns the bytes on disk of entries. */
export function bytesOf(items: readonly Pick<MarkedItem, 'diskBytes'>[]): number {
  return items.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
}
