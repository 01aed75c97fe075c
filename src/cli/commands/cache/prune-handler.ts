import type { PrunePreview } from '../../../core/cache/plan-sweep.ts';
import type { PruneResult } from '../../../core/cache/prune-result.ts';
import { EXIT } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { onStore } from '../../render/on-store.ts';
import { shortName } from '../../render/short-name.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { warnDenied } from '../warn-denied.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { bytesOf, notFreedOf, warnFailed } from './failures.ts';
import { openCache } from './open-cache.ts';
import { type PolicyInput, policyOf } from './policy-options.ts';
import { waitOf } from './wait.ts';

interface PruneInput extends PolicyInput {
  readonly dest: string | null;
  readonly dryRun: boolean;
}

/** One line of a dry run. */
interface PreviewRow {
  readonly action: 'mark' | 'delete' | 'restore';
  readonly name: string;
  readonly reason: string;
  readonly diskBytes: number;
}

const COLUMNS: readonly Column<PreviewRow>[] = [
  { title: 'ACTION', value: ({ action }) => action },
  { title: 'ON DISK', value: ({ diskBytes }) => formatBytes(diskBytes), align: 'right' },
  { title: 'REASON', value: ({ reason }) => reason },
  { title: 'NAME', value: ({ name }) => shortName(name), shorten: 'middle' },
];

/** Removes what a policy selects from a store. @throws RmaError as CacheStore */
export async function pruneCache(input: PruneInput, context: Context): Promise<CommandResult> {
  const store = await openCache(input, context);
  const policy = policyOf(input);
  await warnNoStore(context, input.dest);
  if (input.dryRun) {
    const preview = await store.preview(policy);
    warnUnmet(context, input, preview.plan.unmet);
    warnDenied(context, preview.denied ?? []);
    return showPreview(preview);
  }
  const result = await store.prune(policy, waitOf(context));
  warnFailed(context, result.failed);
  warnUnmet(context, input, result.unmet);
  warnDenied(context, result.denied ?? []);
  return {
    json: { schema: 'rma.prune/v1', dryRun: false, ...result },
    exitCode: result.failed.length > 0 ? EXIT.partial : EXIT.ok,
    human: () => sentence(result),
    ids: [...result.marked, ...result.deleted].map(({ name }) => name),
    ...(result.marked.length > 0 && { next: undoCommand(input) }),
  };
}

function undoCommand({ dest }: Pick<PruneInput, 'dest'>): string {
  return dest === null ? 'rma cache undo' : shell`rma cache undo --dest ${dest}`;
}

function showPreview(preview: PrunePreview): CommandResult {
  const { plan, due, restored } = preview;
  const rows: readonly PreviewRow[] = [
    ...restored.map((item) => ({ ...item, action: 'restore' as const, reason: 'needed again' })),
    ...due.map((item) => ({ ...item, action: 'delete' as const, reason: `marked ${minute(item.markedAt)}` })),
    ...plan.entries.map((entry) => ({ ...entry, action: 'mark' as const })),
  ];
  return {
    json: { schema: 'rma.prune/v1', dryRun: true, ...preview },
    human: (theme) => previewText(rows, { plan, due }, theme),
    ids: rows.map(({ name }) => name),
  };
}

function previewText(
  rows: readonly PreviewRow[],
  { plan, due }: Pick<PrunePreview, 'plan' | 'due'>,
  theme: Theme,
): string {
  const { entries, recent } = plan;
  if (rows.length === 0) return nothing(recent);
  const total = [
    `To delete: ${formatBytes(bytesOf(due))}`,
    `to mark for deletion: ${formatBytes(bytesOf(entries))}`,
    ...notFreedOf([...due, ...entries]),
  ];
  return `${renderTable(COLUMNS, rows, theme)}\n${total.join('; ')}.`;
}

/** Returns what a run did in one line. */
function sentence({ marked, deleted, restored, failed, recent }: PruneResult): string {
  const parts = [
    deleted.length === 0 ? null : `deleted ${counted(deleted)}`,
    marked.length === 0 ? null : `marked ${counted(marked)} for deletion`,
    restored.length === 0 ? null : `restored ${counted(restored)}, needed again`,
  ].filter((part) => part !== null);
  if (parts.length === 0) return failed.length === 0 ? nothing(recent) : 'Nothing was pruned.';
  const text = [...parts, ...notFreedOf([...deleted, ...marked])].join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Returns that there is nothing to prune, and how many entries only the grace period keeps. */
function nothing(recent = 0): string {
  if (recent === 0) return 'Nothing to prune.';
  const entries = recent === 1 ? '1 recent entry' : `${recent} recent entries`;
  return `Nothing to prune: the grace period keeps ${entries}; wait, or use --grace 0s.`;
}

function counted(items: PruneResult['marked']): string {
  return `${items.length} ${items.length === 1 ? 'entry' : 'entries'} (${formatBytes(bytesOf(items))})`;
}

function warnUnmet(
  { reporter, globals }: Context,
  { dest }: Pick<PruneInput, 'dest'>,
  unmet: readonly string[],
): void {
  const hint = `to list why each entry is kept: ${onStore('rma cache ls', { dest, project: globals })}`;
  for (const limit of unmet) {
    const text = `${limit}, and everything else is needed, pinned, recent or unknown`;
    reporter.emit({ type: 'warning', code: 'RMA_CACHE_LIMIT_EXCEEDED', text, hint });
  }
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
