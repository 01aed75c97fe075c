import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import type { CacheView } from './cache-view.ts';

/** Refuses to judge a store while it is unknown which models are needed. @throws RmaError RMA_CACHE_ROOTS_UNREADABLE (3) */
export function assertRootsReadable({ unreadable }: CacheView): void {
  const [first] = unreadable;
  if (first === undefined) return;
  throw new RmaError(
    'RMA_CACHE_ROOTS_UNREADABLE',
    `cannot read ${unreadable.join(', ')} in the store: any model may be needed, so nothing was removed`,
    {
      exitCode: EXIT.notReady,
      hint: shell`start the project of the file again (rma up), or remove the file: rm ${first}`,
      details: { paths: unreadable },
    },
  );
}
