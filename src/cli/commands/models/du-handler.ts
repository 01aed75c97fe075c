import { EMPTY_INVENTORY, type Inventory } from '../../../core/domain/inventory.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { itemBytes } from '../../render/inventory.ts';
import { missingStoreText } from '../../render/missing-store.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { readStore } from './stored-handler.ts';

interface UsageRow {
  readonly type: string;
  readonly count: number;
  /** null: not about models */
  readonly needed: number | null;
  readonly bytes: number;
  /** null: rma never removes it */
  readonly reclaimableBytes: number | null;
}

const COLUMNS: readonly Column<UsageRow>[] = [
  { title: 'TYPE', value: ({ type }) => type },
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
  { title: 'NEEDED', value: ({ needed }) => (needed === null ? '' : String(needed)), align: 'right' },
  { title: 'SIZE', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
  {
    title: 'RECLAIMABLE',
    value: ({ reclaimableBytes: bytes }) => (bytes === null ? '' : formatBytes(bytes)),
    align: 'right',
  },
];

/** Shows the disk usage of a store by the sources of its models, and of everything else. */
export async function showUsage(
  input: { readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const inventory = await readStore(input, context);
  const { config } = await context.config();
  const rows = rowsOf(inventory);
  const { totalBytes } = inventory;
  return {
    json: { schema: 'rma.store-usage/v1', rows, totalBytes },
    human: (theme) =>
      inventory === EMPTY_INVENTORY
        ? missingStoreText(config)
        : `${renderTable(COLUMNS, rows, theme)}\nTotal: ${formatBytes(totalBytes)}.`,
  };
}

function rowsOf({ usage, partial, orphans, unknown }: Inventory): readonly UsageRow[] {
  const models = usage.map(({ source, models: count, needed, bytes, reclaimableBytes }) => ({
    type: `${source ?? 'local'} models`,
    count,
    needed,
    bytes,
    reclaimableBytes,
  }));
  const loose = [
    { type: 'partial downloads', items: partial, isOurs: true },
    { type: 'content without a model', items: orphans, isOurs: true },
    { type: 'unknown files', items: unknown, isOurs: false },
  ].map(({ type, items, isOurs }) => {
    const bytes = itemBytes(items);
    const count = isOurs ? items.length : items.reduce((sum, { files }) => sum + files, 0);
    return { type, count, needed: null, bytes, reclaimableBytes: isOurs ? bytes : null };
  });
  return [...models, ...loose];
}
