import { systemClock } from '../../adapters/clock/system-clock.ts';
import { FileScheduledRuns } from '../../adapters/store/records/scheduled-runs.ts';
import type { DirectorySchedule } from '../../app/scheduled/directory-schedule.ts';
import { runScheduled } from '../../app/scheduled/run-scheduled.ts';
import { pruneSummary } from '../../core/schedule/prune-summary.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import { openDirectoryCache } from './context-cache.ts';

/** Opens the scheduled runs of the store in the directory of `--dest`. */
export function openDirectorySchedule(folder: string, signal: AbortSignal): DirectorySchedule {
  const paths = storePaths(folder, {});
  const runs = new FileScheduledRuns({ paths });
  return {
    runs,
    run: async (request) => {
      const store = openDirectoryCache(folder);
      const wait = { onWait: () => undefined, signal };
      const prune = async () => pruneSummary(await store.prune(request.policy, wait));
      return runScheduled({ prune, runs, clock: systemClock }, request);
    },
  };
}
