import type { ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { RunRequest } from '../../core/worker/schedule-request.ts';
import type { ScheduledRuns } from '../../ports/scheduled-runs.ts';

/** The scheduled runs of a store in a directory of this machine. */
export interface DirectorySchedule {
  readonly runs: ScheduledRuns;
  /** Prunes the store once and records the result. @throws RmaError as runScheduled */
  readonly run: (request: RunRequest) => Promise<ScheduledRun>;
}
