import { keepSchedule } from '../../app/scheduled/keep-schedule.ts';
import { EXIT, type ExitCode, toErrorDocument } from '../../core/errors.ts';
import { readScheduleRequest } from '../../core/worker/schedule-request.ts';
import { runPrune, scheduledRuns } from '../scheduled-runs.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker schedule`: prunes at each time of the schedule, until it is stopped. Prints one line for each run that did
 * something or failed, and the time of the next run once.
 */
export async function schedule(invocation: Invocation): Promise<ExitCode> {
  const { args, clock, env, stop, print } = invocation;
  const request = readScheduleRequest(args[0] ?? '');
  const { every, timeZone } = request;
  const log = (text: string): void => print(`${new Date(clock.now()).toISOString()} ${text}\n`);
  let announced = false;
  await keepSchedule(
    { clock, signal: stop },
    {
      every,
      timeZone,
      last: async () => scheduledRuns(env).last(request),
      run: async () => {
        try {
          const { summary, error } = await runPrune(invocation, request);
          if (error !== null) log(`error: ${error.message} (${error.code})`);
          else if (summary !== null) log(summary);
        } catch (error) {
          const { message, code } = toErrorDocument(error);
          log(`error: ${message} (${code})`);
        }
      },
      onWait: (nextMs) => {
        if (!announced) log(`schedule ${every} (${timeZone}), next run ${new Date(nextMs).toISOString()}`);
        announced = true;
      },
    },
  );
  return EXIT.ok;
}
