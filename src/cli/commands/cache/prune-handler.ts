import type { PlannedEntry } from '../../../core/cache/plan-prune.ts';
import type { PrunePreview } from '../../../core/cache/plan-sweep.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { openCache } from './open-cache.ts';
import { type PolicyInput, policyOf } from './policy-options.ts';

interface PruneInput extends PolicyInput {
  readonly dest: string | null;
  readonly dryRun: boolean;
}

const COLUMNS: readonly Column<PlannedEntry>[] = [
  { title: 'TYPE', value: ({ kind }) => kind },
  { title: 'ON DISK', value: ({ diskBytes }) => formatBytes(diskBytes), align: 'right' },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'REASON', value: ({ reason }) => reason },
];

/** Removes what a policy says from a store. @throws RmaError as CacheStore */
export async function pruneCache(input: PruneInput, context: Context): Promise<CommandResult> {
  const store = await openCache(input, context);
  if (!input.dryRun) throw new RmaError('RMA_USAGE_INVALID', 'pass --dry-run', { exitCode: EXIT.usage });
  const preview = await store.preview(policyOf(input));
  return {
    json: { schema: 'rma.prune/v1', dryRun: true, ...preview },
    human: (theme) => previewText(preview, theme),
    ids: preview.plan.entries.map(({ name }) => name),
  };
}

function previewText({ plan, due, restored }: PrunePreview, theme: Theme): string {
  if (plan.entries.length + due.length + restored.length === 0) return 'Nothing to prune.';
  return [
    ...(plan.entries.length === 0 ? [] : [renderTable(COLUMNS, plan.entries, theme)]),
    ...due.map(({ id, name }) => `${name} (${id}): would be deleted`),
    ...restored.map(({ id, name }) => `${name} (${id}): needed again, would be moved back`),
    `To mark for deletion: ${formatBytes(plan.diskBytes)}.`,
  ].join('\n');
}
