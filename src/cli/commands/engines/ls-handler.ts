import { type ListedEngine, listEngines } from '../../../app/data/engines.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';

const COLUMNS: readonly Column<ListedEngine>[] = [
  { title: 'NAME', value: ({ engine }) => engine.name },
  { title: 'RELEASE', value: (row) => releaseOf(row) ?? '' },
  { title: 'RELEASED', value: (row) => dateOf(row) ?? '' },
  { title: 'AGE', value: ageText, align: 'right' },
  { title: 'GPU', value: ({ engine }) => engine.gpu },
  { title: 'SOURCE', value: sourceText },
  { title: 'IMAGE', value: ({ image }) => image },
];

export async function runEnginesLs(_: object, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const engines = await listEngines(await context.invocation(), config);
  const items = engines.map(engineDocument);
  return {
    json: { schema: 'rma.engines/v1', engines: items },
    human: (theme) => renderTable(COLUMNS, engines, theme),
    ids: engines.map(({ engine }) => engine.name),
    items,
  };
}

function engineDocument(row: ListedEngine): Readonly<Record<string, unknown>> {
  const { engine, origin, image, ageDays } = row;
  return {
    name: engine.name,
    release: releaseOf(row),
    released: dateOf(row),
    ageDays,
    gpu: engine.gpu,
    image,
    cpuImage: row.isReplaced ? image : (engine.cpuImage ?? image),
    source: origin?.own === true ? 'own' : 'shipped',
    file: origin?.file ?? null,
    replaces: origin?.replaces ?? null,
  };
}

/** The release of an image from the settings is unknown. */
function releaseOf({ engine, isReplaced }: ListedEngine): string | null {
  return isReplaced ? null : engine.release;
}

function dateOf({ engine, isReplaced }: ListedEngine): string | null {
  return isReplaced ? null : engine.released;
}

function ageText({ ageDays }: ListedEngine): string {
  if (ageDays === null) return '';
  return ageDays === 1 ? '1 day' : `${ageDays} days`;
}

function sourceText({ origin, isReplaced }: ListedEngine): string {
  const file = origin?.own === true ? 'custom' : 'built-in';
  return isReplaced ? `${file}, own image` : file;
}
