import { type InventoryFile, type InventoryModel, verification } from '../../../core/domain/inventory.ts';
import { findModels } from '../../../core/inventory/find-models.ts';
import { lastUse } from '../../../core/inventory/last-use.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { ageText, storedDocument, userName, VERIFIED } from '../../render/inventory.ts';
import { printable } from '../../render/printable.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { readStore } from './stored-handler.ts';

const FILE_COLUMNS: readonly Column<InventoryFile>[] = [
  { title: 'FILE', value: ({ path }) => path },
  { title: 'SIZE', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
  { title: 'VERIFIED', value: ({ isVerified }) => (isVerified ? 'yes' : 'no') },
  { title: 'SHARED', value: ({ users }) => (users > 1 ? 'yes' : 'no') },
  { title: 'DIGEST', value: ({ digest }) => (digest === null ? '' : `${digest.algorithm}:${digest.hex}`) },
];

/** Shows the models in the store that a reference means. @throws RmaError RMA_MODEL_NOT_FOUND (1) */
export async function showModel(
  { model, dest }: { readonly model: string; readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const now = (await context.invocation()).clock.now();
  const found = findModels(await readStore({ dest }, context), model);
  return {
    json: { schema: 'rma.stored-model/v1', models: found.map(storedDocument) },
    human: (theme) => found.map((each) => modelText(each, { theme, now })).join('\n\n'),
  };
}

interface Shown {
  readonly theme: Theme;
  /** milliseconds since the Unix epoch */
  readonly now: number;
}

function modelText(model: InventoryModel, { theme, now }: Shown): string {
  const { references, path, bytes, sharedBytes, modifiedAt, neededBy, missing, files } = model;
  const shared = sharedBytes === 0 ? '' : `, ${formatBytes(sharedBytes)} of it shared with other models`;
  const rows = [
    ['Reference', references[0]],
    ['Also named', references.slice(1).join(', ')],
    ['Path', path],
    ['Size', `${formatBytes(bytes)}${shared}`],
    ['Verified', VERIFIED[verification(model)]],
    ['Last used', timeText(lastUse(model), now)],
    ['Modified', timeText(modifiedAt, now)],
    ['Needed by', neededBy.map(userName).join(', ')],
    ['Missing', missing.join(', ')],
  ].filter(([, value]) => value !== '');
  const facts = rows.map(([name = '', value = '']) => `${`${name}:`.padEnd(12)} ${printable(value)}`);
  return [...facts, '', renderTable(FILE_COLUMNS, files, theme)].join('\n');
}

function timeText(time: string | null, now: number): string {
  return time === null ? '' : `${ageText(time, now)} (${time.slice(0, 19)}Z)`;
}
