import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { parseRun, type ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { RunRequest } from '../../core/worker/schedule-request.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';

/** Runs a scheduled prune on the store of a project, in a container, which records the result. @throws RmaError as runInVolume */
export async function runOnVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, request }: { readonly config: RmaConfig; readonly request: RunRequest },
): Promise<ScheduledRun | null> {
  const answer = await runInVolume(host, invocation, { config, verb: 'scheduled', input: request });
  return answer === null ? null : parseRun(answer.stdout);
}

/** Returns what a run did in one line, null for nothing. @throws RmaError the error of a run that failed */
export function resultOf(run: ScheduledRun | null): string | null {
  if (run === null) return null;
  const { summary, error } = run;
  if (error === null) return summary;
  const { code, message, hint, exitCode } = error;
  throw new RmaError(code, message, { exitCode, ...(hint !== undefined && { hint }) });
}
