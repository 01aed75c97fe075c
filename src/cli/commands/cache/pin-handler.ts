import { storedNames } from '../../../app/models/stored-name.ts';
import type { Inventory } from '../../../core/domain/inventory.ts';
import { isPinned } from '../../../core/inventory/is-pinned.ts';
import type { PinChange } from '../../../ports/cache-store.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { openExisting } from '../models/input.ts';
import { readStore } from '../models/stored-handler.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { openCache } from './open-cache.ts';

interface PinInput {
  readonly model: readonly string[];
  readonly dest: string | null;
}

/** Keeps models from prune. @throws RmaError as CacheStore.pin */
export async function pinModels(input: PinInput, context: Context): Promise<CommandResult> {
  const names = await namesOf(input, context);
  const changes = await (await openCache(input, context)).pin(names, true);
  warnNotStored(context, changes, await readStore(input, context));
  return result(changes, { pinned: true, changed: 'pinned', same: 'already pinned' });
}

/** Removes the pins of models. @throws RmaError as CacheStore.pin */
export async function unpinModels(input: PinInput, context: Context): Promise<CommandResult> {
  const names = await namesOf(input, context);
  const changes = await (await openCache(input, context)).pin(names, false);
  return result(changes, { pinned: false, changed: 'unpinned', same: 'not pinned' });
}

async function namesOf({ model, dest }: PinInput, context: Context): Promise<readonly string[]> {
  const { config } = await context.config();
  const store = (await openExisting({ dest }, context))?.store ?? null;
  // a pin makes the directory a store
  await warnNoStore(context, dest);
  return storedNames(await context.host(), await context.invocation(), { config, store, names: model });
}

/** Reports pins of models that the store does not have as warnings: a name may be misspelt. */
function warnNotStored(
  { reporter }: Context,
  changes: readonly PinChange[],
  { models }: Pick<Inventory, 'models'>,
): void {
  for (const { model } of changes) {
    if (models.some((each) => isPinned(each, [model]))) continue;
    const text = `${model} is not in the store; its pin applies after its download`;
    reporter.emit({ type: 'warning', code: 'RMA_CACHE_PIN_NOT_STORED', text });
  }
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
