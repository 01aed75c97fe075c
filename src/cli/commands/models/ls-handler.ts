import { type ListedModel, listedModels } from '../../../app/models/listed-models.ts';
import { pinnedBytes } from '../../../core/domain/pinned-model.ts';
import { EXIT } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { modelVersion } from '../../../core/source/describe-model.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { listCatalog } from './catalog-handler.ts';
import { listFiles } from './files-handler.ts';
import { modelChoice, openDirectory, type StoreInput, unresolvedDocument, warnUnresolved } from './input.ts';
import { modelsOfService } from './service-models.ts';
import { listStored } from './stored-handler.ts';

const COLUMNS: readonly Column<ListedModel>[] = [
  { title: 'NAME', value: ({ name }) => name, shorten: 'middle', room: 20 },
  { title: 'STATE', value: stateText },
  { title: 'SIZE', value: ({ pinned }) => formatBytes(pinnedBytes(pinned)), align: 'right' },
  { title: 'FILES', value: ({ pinned }) => String(pinned.files.length), align: 'right', optional: true },
  { title: 'PROFILES', value: ({ profiles }) => profiles.join(','), shorten: 'end', optional: true },
  { title: 'REFERENCE', value: ({ ref }) => ref, shorten: 'middle' },
];

interface ListInput extends StoreInput {
  readonly catalog: boolean;
  readonly stored: boolean;
  readonly unused: boolean;
  readonly files: boolean;
  /** null: the models do not depend on a service */
  readonly service: string | null;
}

/**
 * Lists models and their state in the store.
 * @throws RmaError as modelsOfService, listFiles, listCatalog, listStored and listedModels
 */
export async function listModels(input: ListInput, context: Context): Promise<CommandResult> {
  const { service } = input;
  if (service === null) return listSelected(input, context);
  const model = await modelsOfService({ ...input, service }, context);
  if (model.length > 0) return listSelected({ ...input, model }, context);
  return {
    json: { schema: 'rma.models/v1', models: [], unresolved: [] },
    human: () => `${service} has no models.`,
  };
}

async function listSelected(input: Omit<ListInput, 'service'>, context: Context): Promise<CommandResult> {
  if (input.files) return listFiles(input, context);
  if (input.catalog) return listCatalog(input, context);
  if (input.stored || input.unused) return listStored(input, context);
  const choice = await modelChoice(input, context);
  // without models of its own, a project shows what its store has
  if (choice.names.length + choice.profiles.length + choice.config.profiles.length === 0)
    return listStored({ ...input, refresh: false }, context);
  const host = await context.host();
  const invocation = await context.invocation();
  const folder = await openDirectory(input, context);
  const { models, failed } = await listedModels(host, invocation, {
    ...choice,
    store: folder?.store ?? null,
  });
  warnUnresolved(context, failed);
  const documents = models.map(modelDocument);
  return {
    json: { schema: 'rma.models/v1', models: documents, unresolved: failed.map(unresolvedDocument) },
    exitCode: failed.some(({ optional }) => !optional) ? EXIT.partial : EXIT.ok,
    human: (theme) => renderTable(COLUMNS, models, theme),
    ids: models.map(({ ref }) => ref),
    items: documents,
    ...(models.some(({ check }) => check?.state !== 'present') && {
      next: [
        'rma models pull',
        ...input.model.map((name) => shell`${name}`),
        ...(input.dest === null ? [] : [shell`--dest ${input.dest}`]),
      ].join(' '),
    }),
  };
}

function stateText({ check }: ListedModel): string {
  if (check === null) return 'unknown';
  if (check.state !== 'partial') return check.state;
  return `partial (${formatBytes(check.missingBytes)} missing)`;
}

function modelDocument({
  name,
  ref,
  profiles,
  pinned,
  check,
}: ListedModel): Readonly<Record<string, unknown>> {
  return {
    name,
    ref,
    source: pinned.source,
    resolved: modelVersion(pinned),
    state: check?.state ?? 'unknown',
    bytes: pinnedBytes(pinned),
    missingBytes: check?.missingBytes ?? null,
    files: pinned.files,
    usedBy: profiles,
  };
}
