import type { ImportSource } from '../../core/domain/import.ts';
import { formatBytes } from '../../core/units.ts';
import type { JsonDocument } from '../define-command.ts';
import { type ImportRow, placedOf } from './import-rows.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

interface ImportView {
  readonly sources: readonly ImportSource[];
  /** null: a dry run */
  readonly outcomes: readonly unknown[] | null;
  readonly theme: Theme;
  readonly isListing: boolean;
}

const COLUMNS: readonly Column<ImportRow>[] = [
  { title: 'REFERENCE', value: ({ reference }) => reference, shorten: 'middle', room: 28 },
  { title: 'SIZE', value: ({ bytes }) => (bytes === 0 ? '' : formatBytes(bytes)), align: 'right' },
  { title: 'CHECK', value: ({ verifiedBy }) => verifiedBy ?? '' },
  { title: 'ACTION', value: actionOf, shorten: 'end' },
];

/** Returns an import as text: in a dry run a table, else a sentence for each model and the sums. */
export function importText(rows: readonly ImportRow[], view: ImportView): string {
  const { sources, outcomes, theme } = view;
  if (sources.length === 0) return 'No models of other programs found.';
  if (outcomes !== null) return [...rows.flatMap(sentenceOf), sumOf(rows)].join('\n');
  return sources.map((source) => sectionOf(source, rows, theme)).join('\n\n');
}

/** Returns an import as JSON. */
export function importDocument(
  rows: readonly ImportRow[],
  { sources, dryRun }: Pick<ImportView, 'sources'> & { readonly dryRun: boolean },
): JsonDocument {
  const { hardLinked, reflinked, copied } = placedOf(rows);
  return {
    schema: 'rma.models-import/v1',
    dryRun,
    sources: sources.map(({ kind, directory }) => ({ kind, directory })),
    models: rows.map(({ error, placed, ...row }) => ({ ...row, placed, code: error?.code ?? null })),
    hardLinkedBytes: hardLinked,
    reflinkedBytes: reflinked,
    copiedBytes: copied,
  };
}

function sectionOf({ directory, kind }: ImportSource, rows: readonly ImportRow[], theme: Theme): string {
  const own = rows.filter((row) => row.directory === directory);
  const title = `${directory} (${TITLES[kind]}):`;
  return own.length === 0 ? `${title} no models` : `${title}\n${renderTable(COLUMNS, own, theme)}`;
}

const TITLES: Readonly<Record<ImportSource['kind'], string>> = {
  bundle: 'bundle',
  rma: 'rma store',
  huggingface: 'Hugging Face',
  ollama: 'Ollama',
  llamacpp: 'llama.cpp',
  modelscope: 'ModelScope',
  lmstudio: 'LM Studio',
};

/** Returns how a model would be placed. */
function actionOf({ state, bytes, linkableBytes, reason }: ImportRow): string {
  if (state === 'present') return 'none, in the store';
  if (state !== 'new') return `skip: ${reason ?? ''}`;
  if (linkableBytes === null || linkableBytes === 0) return 'copy';
  return linkableBytes >= bytes ? 'hard link' : 'hard link, copy';
}

/** Models that were imported have a progress line already. */
function sentenceOf({ reference, state, reason, verifiedBy }: ImportRow): readonly string[] {
  if (state === 'present') return [`${reference}: already in the store`];
  if (state === 'imported') {
    return verifiedBy === 'structure'
      ? [`${reference}: imported; some hashes are unknown, the structure was checked`]
      : [`${reference}: imported`];
  }
  return [`${reference}: skipped: ${reason ?? ''}`];
}

function sumOf(rows: readonly ImportRow[]): string {
  const count = rows.filter(({ state }) => state === 'imported').length;
  const { hardLinked, reflinked, copied } = placedOf(rows);
  const total = hardLinked + reflinked + copied;
  const parts = [
    { bytes: hardLinked, word: 'hard-linked' },
    { bytes: reflinked, word: 'reflinked' },
    { bytes: copied, word: 'copied' },
  ].filter(({ bytes }) => bytes > 0);
  const ways = parts.map(({ bytes, word }) => `${formatBytes(bytes)} ${word}`).join(', ');
  const models = count === 1 ? '1 model' : `${count} models`;
  if (count === 0) return 'Nothing imported.';
  return `Imported ${models}, ${formatBytes(total)}${ways === '' ? '' : `: ${ways}`}.`;
}
