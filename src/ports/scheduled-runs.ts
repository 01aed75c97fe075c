import type { RunIdentity, ScheduledRun } from '../core/schedule/scheduled-run.ts';

/** The results of scheduled runs, in a store: the last one of each schedule. */
export interface ScheduledRuns {
  /** Returns the last run; null if there was none, or its record is corrupt. */
  last(identity: RunIdentity): Promise<ScheduledRun | null>;
  /** Replaces the record of the schedule. @throws RmaError RMA_STORE_* */
  record(run: ScheduledRun): Promise<void>;
}
