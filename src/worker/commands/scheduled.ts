import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatRun } from '../../core/schedule/scheduled-run.ts';
import { readRunRequest } from '../../core/worker/schedule-request.ts';
import { runPrune } from '../scheduled-runs.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker scheduled`: prunes once, records the result and prints it, also a failure. */
export async function scheduled(invocation: Invocation): Promise<ExitCode> {
  const request = readRunRequest(await invocation.readStdin());
  invocation.print(formatRun(await runPrune(invocation, request)));
  return EXIT.ok;
}
