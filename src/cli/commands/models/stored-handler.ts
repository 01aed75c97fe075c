import { storeInventory } from '../../../app/models/store-inventory.ts';
import type { RmaConfig } from '../../../core/domain/config.ts';
import { EMPTY_INVENTORY, type Inventory } from '../../../core/domain/inventory.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { itemBytes, storedColumns, storedDocument } from '../../render/inventory.ts';
import { missingStoreText } from '../../render/missing-store.ts';
import { renderTable } from '../../render/table.ts';
import { warnDenied } from '../warn-denied.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { openExisting, type StoreInput } from './input.ts';

/** Reads everything that is in the store of a command. */
export async function readStore(input: Pick<StoreInput, 'dest'>, context: Context): Promise<Inventory> {
  const { config } = await context.config();
  const folder = await openExisting(input, context);
  await warnNoStore(context, input.dest);
  const inventory = await storeInventory(await context.host(), await context.invocation(), {
    config,
    store: folder?.store ?? null,
  });
  warnDenied(context, inventory.denied);
  return inventory;
}

/** Lists the models in the store, from rma and other programs. @throws RmaError RMA_USAGE_INVALID exit 2 with names or --refresh */
export async function listStored(
  input: StoreInput & { readonly unused: boolean },
  context: Context,
): Promise<CommandResult> {
  if (input.model.length > 0 || input.refresh) {
    throw new RmaError(
      'RMA_USAGE_INVALID',
      '--stored and --unused cannot be combined with models or --refresh',
      {
        exitCode: EXIT.usage,
        hint: 'rma models ls --stored, or rma models ls MODEL',
      },
    );
  }
  const inventory = await readStore(input, context);
  const { config } = await context.config();
  const now = (await context.invocation()).clock.now();
  const models = inventory.models.filter(({ neededBy }) => !input.unused || neededBy.length === 0);
  const documents = models.map(storedDocument);
  const { partial, orphans, unknown, totalBytes } = inventory;
  return {
    json: { schema: 'rma.store/v1', models: documents, partial, orphans, unknown, totalBytes },
    human: (theme) =>
      models.length === 0
        ? [noModels(inventory, input.unused, config), ...others(inventory)].join('\n')
        : [renderTable(storedColumns(now), models, theme), ...others(inventory)].join('\n'),
    ids: models.map(({ references: [first] }) => first),
    items: documents,
  };
}

function noModels(inventory: Inventory, unused: boolean, config: RmaConfig): string {
  if (inventory === EMPTY_INVENTORY) return missingStoreText(config);
  return unused ? 'No unused models in the store.' : 'No models in the store.';
}

function others({ partial, orphans, unknown }: Inventory): readonly string[] {
  const parts = [
    { items: partial, name: 'partial downloads' },
    { items: orphans, name: 'content without a model' },
    { items: unknown, name: 'unknown files' },
  ].filter(({ items }) => itemBytes(items) > 0);
  if (parts.length === 0) return [];
  return [
    `Not listed: ${parts.map(({ items, name }) => `${formatBytes(itemBytes(items))} in ${name}`).join(', ')}.`,
  ];
}
