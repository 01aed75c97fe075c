import type { HistoryEntry } from '../../core/domain/history.ts';
import { describedChanges, modelsOf } from '../../core/history/described-changes.ts';
import { modelVersion } from '../../core/source/describe-model.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

/** An entry with the one before it. */
export interface HistoryRow {
  readonly entry: HistoryEntry;
  readonly before: HistoryEntry | null;
}

const COLUMNS: readonly Column<HistoryRow>[] = [
  { title: 'N', value: ({ entry }) => String(entry.number), align: 'right' },
  { title: 'WHEN (UTC)', value: ({ entry }) => entry.time.replace('T', ' ').replace('Z', '') },
  {
    title: 'RESULT',
    value: ({ entry }) => resultText(entry),
    paint: ({ entry }, theme) => (entry.result.state === 'applied' ? theme.green : theme.yellow),
  },
  { title: 'BY', value: ({ entry }) => entry.by, shorten: 'end', optional: true },
  { title: 'CHANGES', value: changesText, shorten: 'end', room: 24 },
];

/** Returns each entry with the one before it. */
export function historyRows(entries: readonly HistoryEntry[]): readonly HistoryRow[] {
  return entries.map((entry, at) => ({ entry, before: entries[at - 1] ?? null }));
}

/** Renders the history as a table, the newest entry last. */
export function renderHistory(rows: readonly HistoryRow[], theme: Theme): string {
  return renderTable(COLUMNS, rows, theme);
}

/** Returns an entry of `rma.history/v1`. */
export function historyDocument({ entry, before }: HistoryRow): Readonly<Record<string, unknown>> {
  const { number, time, command, rollbackTo, version, by, result, images, stack } = entry;
  return {
    number,
    time,
    command,
    rollbackTo,
    result: result.state,
    code: result.state === 'failed' ? result.code : null,
    by,
    version,
    changes: describedChanges(entry, before),
    services: stack.services.map(({ name, image }) => ({ service: name, image })),
    images,
    models: Object.fromEntries([...modelsOf(entry)].map(([ref, model]) => [ref, modelVersion(model)])),
  };
}

/** Returns the result of an entry in a few words. */
export function resultText({ result }: Pick<HistoryEntry, 'result'>): string {
  return result.state === 'failed' ? `failed: ${result.code}` : result.state;
}

function changesText({ entry, before }: HistoryRow): string {
  const changes = describedChanges(entry, before).join(', ');
  const { rollbackTo } = entry;
  if (rollbackTo === null) return changes === '' ? 'none' : changes;
  return `rollback to ${rollbackTo}${changes === '' ? '' : `: ${changes}`}`;
}
