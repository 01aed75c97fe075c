import { EXIT } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { shortName } from '../../render/short-name.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { bytesOf, warnFailed } from './failures.ts';
import { openCache } from './open-cache.ts';
import { waitOf } from './wait.ts';

/** Restores what prune marked. @throws RmaError as CacheStore.undo */
export async function undoPrune(
  input: { readonly entry: readonly string[]; readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const store = await openCache(input, context);
  await warnNoStore(context, input.dest);
  const result = await store.undo(input.entry, waitOf(context));
  const { failed } = result;
  const restored = result.restored.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  warnFailed(context, failed);
  return {
    json: { schema: 'rma.cache-undo/v1', restored, failed },
    exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
    human: () =>
      restored.length === 0
        ? 'Nothing is marked for deletion.'
        : [
            ...restored.map(({ name }) => `${shortName(name)}: restored`),
            `Restored: ${formatBytes(bytesOf(restored))}.`,
          ].join('\n'),
    ids: restored.map(({ name }) => name),
  };
}
