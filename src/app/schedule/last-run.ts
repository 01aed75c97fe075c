import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { parseRun, type RunIdentity, type ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { ScheduledRuns } from '../../ports/scheduled-runs.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';

export interface LastRunQuestion {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly runs: Pick<ScheduledRuns, 'last'> | null;
  readonly identity: RunIdentity;
}

/**
 * Returns the last run of a schedule; null if there was none. A store that cannot be read is a warning: everything else about
 * the schedule is on this machine.
 */
export async function lastScheduledRun(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, runs, identity }: LastRunQuestion,
): Promise<ScheduledRun | null> {
  try {
    if (runs !== null) return await runs.last(identity);
    const answer = await runInVolume(host, invocation, { config, verb: 'last-run', input: identity });
    return answer === null ? null : parseRun(answer.stdout);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, hint } = error;
    const text = `the last run is unknown: ${message}`;
    invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
    return null;
  }
}
