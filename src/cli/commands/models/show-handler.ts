import { type ShownModel, showStored } from '../../../app/models/show-stored.ts';
import { type InventoryFile, verification } from '../../../core/domain/inventory.ts';
import { knownSource } from '../../../core/inventory/known-source.ts';
import { lastUse } from '../../../core/inventory/last-use.ts';
import { formatBytes, formatParameters } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { ageText, storedDocument, userName, VERIFIED } from '../../render/inventory.ts';
import { printable } from '../../render/printable.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { openExisting } from './input.ts';

const FILE_COLUMNS: readonly Column<InventoryFile>[] = [
  // parts of a set, such as model-00001-of-00002.safetensors, differ in their middle
  { title: 'FILE', value: ({ path }) => path, shorten: 'middle', room: 40 },
  { title: 'SIZE', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
  { title: 'VERIFIED', value: ({ isVerified }) => (isVerified ? 'yes' : 'no') },
  { title: 'SHARED', value: ({ users }) => (users > 1 ? 'yes' : 'no') },
  {
    title: 'DIGEST',
    value: ({ digest }) => (digest === null ? '' : `${digest.algorithm}:${digest.hex}`),
    shorten: 'end',
    optional: true,
  },
];

/** Shows the models in the store that a name means. @throws RmaError RMA_MODEL_NOT_FOUND (1), as showStored */
export async function showModel(
  { model: name, dest }: { readonly model: string; readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const folder = await openExisting({ dest }, context);
  await warnNoStore(context, dest);
  const invocation = await context.invocation();
  const found = await showStored(await context.host(), invocation, { config, folder, name });
  const now = invocation.clock.now();
  return {
    json: { schema: 'rma.stored-model/v1', models: found.map(shownDocument) },
    human: (theme) => found.map((each) => modelText(each, { theme, now })).join('\n\n'),
    ids: found.map(({ model }) => model.references[0]),
  };
}

function shownDocument({ model, ...facts }: ShownModel): Readonly<Record<string, unknown>> {
  return { ...storedDocument(model), ...facts };
}

interface Shown {
  readonly theme: Theme;
  /** milliseconds since the Unix epoch */
  readonly now: number;
}

function modelText(shown: ShownModel, { theme, now }: Shown): string {
  const { model, license, architecture, parameters, contextLength } = shown;
  const { references, commit, path, bytes, sharedBytes, modifiedAt, neededBy, isPinned, missing, files } =
    model;
  const source = knownSource(model);
  const shared = sharedBytes === 0 ? '' : `, ${formatBytes(sharedBytes)} of it shared with other models`;
  const rows = [
    ['Reference', references[0]],
    ['Also named', references.slice(1).join(', ')],
    [
      'Source',
      [source ?? 'unknown', commit === null ? '' : `commit ${commit}`]
        .filter((part) => part !== '')
        .join(', '),
    ],
    ['License', license ?? ''],
    ['Architecture', architecture ?? ''],
    ['Parameters', parameters === null ? '' : formatParameters(parameters)],
    ['Context', contextLength === null ? '' : `${contextLength} tokens`],
    ['Path', path],
    ['Size', `${formatBytes(bytes)}${shared}`],
    ['Verified', VERIFIED[verification(model)]],
    ['Last used', timeText(lastUse(model), now)],
    ['Modified', timeText(modifiedAt, now)],
    ['Needed by', neededBy.map(userName).join(', ')],
    ['Pinned', isPinned ? 'yes' : ''],
    ['Missing', missing.join(', ')],
  ].filter(([, value]) => value !== '');
  const facts = rows.map(([name = '', value = '']) => `${`${name}:`.padEnd(13)} ${printable(value)}`);
  return [...facts, '', renderTable(FILE_COLUMNS, files, theme)].join('\n');
}

function timeText(time: string | null, now: number): string {
  return time === null ? '' : `${ageText(time, now)} (${time.slice(0, 19)}Z)`;
}
