import type { CacheReport } from '../../../core/cache/cache-report.ts';
import type { FilterSubject } from '../../../core/cache/filter.ts';
import { matchesAll } from '../../../core/cache/match-filters.ts';
import { DEFAULT_POLICY } from '../../../core/cache/policy.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { missingStoreText } from '../../render/missing-store.ts';
import { shortName } from '../../render/short-name.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { warnDenied } from '../warn-denied.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { bytesOf } from './failures.ts';
import { openCache } from './open-cache.ts';

interface ListInput {
  readonly dest: string | null;
  readonly filter: readonly string[];
  readonly sort: 'accessed' | 'size' | 'name';
}

/** A line of the list: an entry, or what is marked for deletion. */
interface Row extends FilterSubject {
  readonly name: string;
  readonly path: string;
  readonly diskBytes: number;
  /** why prune never removes it; null: its policy decides */
  readonly kept: string | null;
  /** its ID if it is marked for deletion; null: it is not */
  readonly marked: string | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'TYPE', value: ({ kind }) => kind },
  { title: 'ON DISK', value: ({ diskBytes }) => formatBytes(diskBytes), align: 'right' },
  { title: 'LAST USED', value: ({ lastUsedAt }) => lastUsedAt?.slice(0, 10) ?? '' },
  { title: 'KEPT BECAUSE', value: reasonOf, shorten: 'end' },
  { title: 'NAME', value: ({ name }) => shortName(name), shorten: 'middle', room: 28 },
];

/** Lists what is in a store, with the reason why prune keeps it. */
export async function listCache(input: ListInput, context: Context): Promise<CommandResult> {
  const report = await (await openCache(input, context)).report();
  await warnNoStore(context, input.dest);
  warnDenied(context, report.denied);
  const rows = rowsOf(report)
    .filter((row) => matchesAll(input.filter, row, Date.now()))
    .sort((a, b) => compare(a, b, input.sort));
  const { config } = await context.config();
  const none = report.usage.length === 0 ? missingStoreText(config) : 'No entries.';
  const documents = rows.map((row) => ({ ...row }));
  return {
    json: { schema: 'rma.cache-ls/v1', entries: documents },
    human: (theme) =>
      rows.length === 0
        ? none
        : `${renderTable(COLUMNS, rows, theme)}\n${rows.length} ${rows.length === 1 ? 'entry' : 'entries'}, ${formatBytes(bytesOf(rows))} on disk.`,
    ids: rows.map(({ name }) => name),
    items: documents,
  };
}

function rowsOf({ entries, marked }: CacheReport): readonly Row[] {
  return [
    ...entries.map(({ files: _, ...entry }) => ({ ...entry, marked: null })),
    ...marked.map(({ id, name, markedAt, bytes, diskBytes }) => ({
      kind: 'marked',
      name,
      path: `.rma/trash/${id}`,
      source: null,
      refs: [],
      bytes,
      diskBytes,
      lastUsedAt: markedAt,
      modifiedAt: markedAt,
      kept: null,
      marked: id,
    })),
  ];
}

/** Returns why prune keeps a row; the default grace period keeps one only for a while. */
function reasonOf({ kept, marked, lastUsedAt }: Row): string {
  if (kept !== null || marked !== null || lastUsedAt === null) return kept ?? '';
  const seconds = (Date.now() - Date.parse(lastUsedAt)) / 1000;
  return seconds < DEFAULT_POLICY.graceSeconds ? 'recent' : '';
}

function compare(a: Row, b: Row, key: ListInput['sort']): number {
  const byName = a.name < b.name ? -1 : a.name === b.name ? 0 : 1;
  if (key === 'name') return byName;
  if (key === 'size') return b.diskBytes - a.diskBytes || byName;
  return Date.parse(b.lastUsedAt ?? '1970-01-01') - Date.parse(a.lastUsedAt ?? '1970-01-01') || byName;
}
