import type { CacheReport, CacheUsage } from '../../../core/cache/cache-report.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { missingStoreText } from '../../render/missing-store.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { warnDenied } from '../warn-denied.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { bytesOf } from './failures.ts';
import { openCache } from './open-cache.ts';

const COLUMNS: readonly Column<CacheUsage>[] = [
  { title: 'TYPE', value: ({ type }) => type },
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
  { title: 'ON DISK', value: ({ diskBytes }) => formatBytes(diskBytes), align: 'right' },
  { title: 'RECLAIMABLE', value: ({ reclaimableBytes }) => formatBytes(reclaimableBytes), align: 'right' },
];

/** Shows what occupies the disk space of a store. */
export async function showSpace(
  input: { readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const report = await (await openCache(input, context)).report();
  await warnNoStore(context, input.dest);
  warnDenied(context, report.denied);
  const { usage, diskBytes, freeBytes, capacityBytes } = report;
  const { config } = await context.config();
  return {
    json: { schema: 'rma.cache-df/v1', usage, diskBytes, freeBytes, capacityBytes },
    human: (theme) =>
      usage.length === 0
        ? missingStoreText(config)
        : [renderTable(COLUMNS, usage, theme), ...totals(report)].join('\n'),
  };
}

/** The table includes what is marked, whose space is free only after its deletion. */
function totals({ diskBytes, marked, freeBytes, capacityBytes }: CacheReport): readonly string[] {
  const free =
    capacityBytes === 0
      ? 'free disk space unknown'
      : `${formatBytes(freeBytes)} of ${formatBytes(capacityBytes)} free on the file system`;
  return [`Total: ${formatBytes(diskBytes + bytesOf(marked))}; ${free}.`];
}
