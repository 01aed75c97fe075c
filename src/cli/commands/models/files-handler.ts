import { storedName } from '../../../app/models/stored-name.ts';
import { EMPTY_INVENTORY, type InventoryModel } from '../../../core/domain/inventory.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { findModels } from '../../../core/inventory/find-models.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { storedDocument } from '../../render/inventory.ts';
import { missingStoreText } from '../../render/missing-store.ts';
import { shortCommit } from '../../render/short-name.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { StoreInput } from './input.ts';
import { readStore } from './stored-handler.ts';

interface FilesInput extends StoreInput {
  readonly catalog: boolean;
  readonly unused: boolean;
}

interface StoredFile {
  readonly model: string;
  /** as its source names it */
  readonly file: string;
  readonly state: 'verified' | 'unverified' | 'missing';
  /** null: missing */
  readonly bytes: number | null;
}

const COLUMNS: readonly Column<StoredFile>[] = [
  { title: 'MODEL', value: ({ model }) => shortCommit(model), shorten: 'middle', room: 26 },
  { title: 'FILE', value: ({ file }) => file, shorten: 'middle', room: 30 },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'SIZE', value: ({ bytes }) => (bytes === null ? '' : formatBytes(bytes)), align: 'right' },
];

/** Lists the files of models in the store; of all without a name. @throws RmaError RMA_USAGE_INVALID (2), RMA_MODEL_NOT_FOUND (1) */
export async function listFiles(input: FilesInput, context: Context): Promise<CommandResult> {
  assertAlone(input);
  const inventory = await readStore(input, context);
  const { config } = await context.config();
  const catalog = await (await context.invocation()).catalog(config);
  const named = input.model.flatMap((name) => findModels(inventory, storedName(inventory, catalog, name)));
  const chosen = input.model.length === 0 ? inventory.models : [...new Set(named)];
  const models = chosen.filter(({ neededBy }) => !input.unused || neededBy.length === 0);
  const files = models.flatMap(filesOf);
  return {
    json: { schema: 'rma.model-files/v1', models: models.map(storedDocument) },
    human: (theme) => {
      if (files.length > 0) return renderTable(COLUMNS, files, theme);
      return inventory === EMPTY_INVENTORY ? missingStoreText(config) : 'No models in the store.';
    },
    ids: models.flatMap(({ files: own }) => own.map(({ content }) => content)),
    items: files.map((file) => ({ ...file })),
  };
}

function assertAlone({ catalog, refresh }: FilesInput): void {
  if (!catalog && !refresh) return;
  throw new RmaError('RMA_USAGE_INVALID', '--files cannot be combined with --catalog or --refresh', {
    exitCode: EXIT.usage,
    hint: 'rma models ls --files, or rma models ls --files MODEL',
  });
}

function filesOf({ references: [model], files, missing }: InventoryModel): readonly StoredFile[] {
  return [
    ...files.map(({ path: file, bytes, isVerified }) => {
      return { model, file, bytes, state: isVerified ? ('verified' as const) : ('unverified' as const) };
    }),
    ...missing.map((file) => ({ model, file, bytes: null, state: 'missing' as const })),
  ];
}
