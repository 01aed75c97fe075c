import type { CacheWait } from '../../../ports/cache-store.ts';
import type { Context } from '../../context/context.ts';

/** Returns how a command waits for another one that changes the store, and reports it once. */
export function waitOf({ reporter, signal }: Pick<Context, 'reporter' | 'signal'>): CacheWait {
  let isReported = false;
  return {
    signal,
    onWait: ({ host }) => {
      if (!isReported) {
        const text = `waiting for another rma command on ${host} that changes the store`;
        reporter.emit({ type: 'log', level: 'info', text });
      }
      isReported = true;
    },
  };
}
