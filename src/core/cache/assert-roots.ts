import { EXIT, RmaError } from '../errors.ts';
import type { CacheView } from './cache-view.ts';

/** Rejects a store while it is unknown which models are needed. @throws RmaError RMA_CACHE_ROOTS_UNREADABLE (3) */
export function assertRootsReadable({ unreadable }: CacheView): void {
  if (unreadable.length === 0) return;
  throw new RmaError(
    'RMA_CACHE_ROOTS_UNREADABLE',
    `cannot read ${unreadable.join(', ')} in the store: any model may be needed, so nothing was removed`,
    {
      exitCode: EXIT.notReady,
      hint: 'start the project of the file again (rma up), or remove the file from the store',
      details: { paths: unreadable },
    },
  );
}
