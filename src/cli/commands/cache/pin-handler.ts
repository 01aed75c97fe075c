import type { PinChange } from '../../../ports/cache-store.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { openCache } from './open-cache.ts';

interface PinInput {
  readonly model: readonly string[];
  readonly dest: string | null;
}

/** Keeps models from prune. @throws RmaError as CacheStore.pin */
export async function pinModels(input: PinInput, context: Context): Promise<CommandResult> {
  const changes = await (await openCache(input, context)).pin(input.model, true);
  return result(changes, { pinned: true, changed: 'pinned', same: 'already pinned' });
}

/** Removes the pins of models. @throws RmaError as CacheStore.pin */
export async function unpinModels(input: PinInput, context: Context): Promise<CommandResult> {
  const changes = await (await openCache(input, context)).pin(input.model, false);
  return result(changes, { pinned: false, changed: 'unpinned', same: 'not pinned' });
}

function result(
  changes: readonly PinChange[],
  words: { readonly pinned: boolean; readonly changed: string; readonly same: string },
): CommandResult {
  return {
    json: { schema: 'rma.cache-pin/v1', pinned: words.pinned, models: changes },
    human: () =>
      changes.map(({ model, isChanged }) => `${model}: ${isChanged ? words.changed : words.same}`).join('\n'),
    ids: changes.map(({ model }) => model),
  };
}
