import { toErrorDocument } from '../../core/errors.ts';
import type { RunIdentity, ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ScheduledRuns } from '../../ports/scheduled-runs.ts';

export interface ScheduledWork {
  /** Prunes the store. Returns what was done in one line, null if there was nothing to do. */
  readonly prune: () => Promise<string | null>;
  readonly runs: Pick<ScheduledRuns, 'record'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Runs one scheduled prune and records its result, also a failure. Returns the record.
 * @throws RmaError RMA_STORE_* if the result of a prune that succeeded cannot be recorded
 */
export async function runScheduled(
  { prune, runs, clock }: ScheduledWork,
  { name, host }: RunIdentity,
): Promise<ScheduledRun> {
  const startedAt = instant(clock);
  const result = await prune().then(
    (summary) => ({ summary, error: null }),
    (error: unknown) => ({ summary: null, error: toErrorDocument(error) }),
  );
  const run: ScheduledRun = {
    schema: 'rma.cache-run/v1',
    name,
    host,
    startedAt,
    endedAt: instant(clock),
    ...result,
  };
  const recorded = runs.record(run);
  // a store that could not be pruned may reject the record too: the first error contains the reason
  await (run.error === null ? recorded : recorded.catch(() => undefined));
  return run;
}

function instant(clock: Pick<Clock, 'now'>): string {
  return new Date(clock.now()).toISOString();
}
