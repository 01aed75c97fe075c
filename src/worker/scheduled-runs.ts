import { FileScheduledRuns } from '../adapters/store/records/scheduled-runs.ts';
import { runScheduled } from '../app/scheduled/run-scheduled.ts';
import { pruneSummary } from '../core/schedule/prune-summary.ts';
import type { ScheduledRun } from '../core/schedule/scheduled-run.ts';
import { storePaths } from '../core/source/store-paths.ts';
import type { RunRequest } from '../core/worker/schedule-request.ts';
import type { ScheduledRuns } from '../ports/scheduled-runs.ts';
import { createCacheStore } from './cache-store.ts';
import type { Invocation } from './commands/invocation.ts';

/** Returns the records of scheduled runs in the store of the container. */
export function scheduledRuns(env: NodeJS.ProcessEnv): ScheduledRuns {
  return new FileScheduledRuns({ paths: storePaths(null, env) });
}

/** Prunes the store of the container once by the policy, and records the result. @throws RmaError as runScheduled */
export async function runPrune({ env, clock, stop }: Invocation, request: RunRequest): Promise<ScheduledRun> {
  const store = createCacheStore(env);
  const wait = { onWait: () => undefined, signal: stop };
  const prune = async () => pruneSummary(await store.prune(request.policy, wait));
  return runScheduled({ prune, runs: scheduledRuns(env), clock }, request);
}
