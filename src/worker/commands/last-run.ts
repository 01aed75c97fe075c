import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatRun, readRunIdentity } from '../../core/schedule/scheduled-run.ts';
import { scheduledRuns } from '../scheduled-runs.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker last-run`: prints the result of the last scheduled run; nothing if there was none. Writes nothing. */
export async function lastRun({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const last = await scheduledRuns(env).last(readRunIdentity(await readStdin()));
  if (last !== null) print(formatRun(last));
  return EXIT.ok;
}
