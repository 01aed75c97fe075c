import { catalogModels, type KnownModel } from '../../../app/desired/catalog-models.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { parseModelRef } from '../../../core/source/parse-ref.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { StoreInput } from './input.ts';

const COLUMNS: readonly Column<KnownModel>[] = [
  {
    title: 'NAME',
    value: ({ entry }) => (entry.optional ? `${entry.name} (optional)` : entry.name),
    shorten: 'middle',
    room: 26,
  },
  { title: 'KIND', value: ({ entry }) => entry.kind },
  { title: 'SOURCE', value: sourceOf, optional: true },
  { title: 'SIZE', value: ({ bytes }) => sizeText(bytes), align: 'right' },
  { title: 'GPU MEMORY', value: ({ entry }) => sizeText(entry.gpuMemoryBytes), align: 'right' },
  { title: 'SETS', value: ({ entry }) => (entry.sets ?? []).join(','), shorten: 'end', optional: true },
  { title: 'PROFILES', value: ({ profiles }) => profiles.join(','), shorten: 'end', optional: true },
  { title: 'LICENSE', value: ({ entry }) => entry.license, optional: true },
  { title: 'REFERENCE', value: ({ ref }) => ref, shorten: 'middle' },
];

/** Lists the catalog, independent of the store. @throws RmaError RMA_USAGE_INVALID exit 2 with options for the store */
export async function listCatalog(
  input: StoreInput & { readonly stored: boolean; readonly unused: boolean },
  context: Context,
): Promise<CommandResult> {
  if (input.model.length > 0 || input.dest !== null || input.refresh || input.stored || input.unused) {
    throw new RmaError(
      'RMA_USAGE_INVALID',
      '--catalog cannot be combined with models or other options of the list',
      {
        exitCode: EXIT.usage,
        hint: 'rma models ls --catalog, or rma models ls all',
      },
    );
  }
  const { config } = await context.config();
  const models = await catalogModels(await context.host(), await context.invocation(), config);
  const documents = models.map(catalogDocument);
  return {
    json: { schema: 'rma.catalog/v1', models: documents },
    human: (theme) => renderTable(COLUMNS, models, theme),
    ids: models.map(({ entry }) => entry.name),
    items: documents,
  };
}

function catalogDocument(model: KnownModel): Readonly<Record<string, unknown>> {
  const { entry, ref, profiles, bytes } = model;
  return { ...entry, ref, source: sourceOf(model), bytes, usedBy: profiles };
}

function sourceOf({ ref }: KnownModel): string {
  return parseModelRef(ref).source;
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes);
}
