import type { Host } from '../../ports/host.ts';
import { assertOwn, type FoundSchedule, findSchedules, isOwn } from './find-schedules.ts';

/**
 * Removes the schedule of this name from every scheduler. Returns what was removed, or in a dry run would be; empty if it was not installed.
 * @throws RmaError RMA_SCHEDULE_FOREIGN (3), RMA_SCHEDULE_DENIED (3), RMA_SCHEDULE_FAILED (1)
 */
export async function removeSchedule(
  host: Pick<Host, 'schedulers'>,
  { name, dryRun }: { readonly name: string; readonly dryRun: boolean },
): Promise<readonly FoundSchedule[]> {
  const found = await findSchedules(host, name);
  const own = found.filter(isOwn);
  // of several, those of rma are removed; a foreign one alone is what the user means
  if (own.length === 0) for (const each of found) assertOwn(each);
  if (!dryRun) for (const { scheduler } of own) await scheduler.remove(name);
  return own;
}
