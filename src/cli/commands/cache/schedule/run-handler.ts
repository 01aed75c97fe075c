import { resultOf, runOnVolume } from '../../../../app/schedule/run-now.ts';
import type { ScheduledRun } from '../../../../core/schedule/scheduled-run.ts';
import type { RunRequest } from '../../../../core/worker/schedule-request.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { storeDirectory } from '../../store-directory.ts';
import { type PolicyInput, policyOf } from '../policy-options.ts';
import { scheduledStore } from './scheduled-store.ts';

/** @throws RmaError that of the prune */
export async function runSchedule(
  input: PolicyInput & { readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const { identity } = await scheduledStore(input, context);
  const directory = await storeDirectory(input.dest, context);
  const request: RunRequest = { ...identity, policy: policyOf(input) };
  const run = await runIn(directory, request, context);
  const summary = resultOf(run);
  return {
    json: run === null ? { schema: 'rma.cache-run/v1', ...identity, summary: null, error: null } : { ...run },
    human: () => summary ?? '',
    ids: [],
  };
}

async function runIn(
  directory: string | null,
  request: RunRequest,
  context: Context,
): Promise<ScheduledRun | null> {
  if (directory !== null) return (await context.directorySchedule(directory)).run(request);
  const { config } = await context.config();
  return runOnVolume(await context.host(), await context.invocation(), { config, request });
}
