import type { ExitCode } from '../../core/errors.ts';
import { taskBytes } from '../../core/verify/repair-tasks.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { readRepairInput } from '../../core/worker/verification-line.ts';
import { fetchFailure } from '../fetch-failure.ts';
import type { Invocation } from './invocation.ts';
import { runOneOff } from './one-off.ts';

/**
 * Runs `rma-worker repair`: fetches and replaces what the request on stdin names. Prints a line of JSON (WorkerStatus) per
 * change; the last one contains the failure, if any. The exit code is that of the outcome.
 */
export async function repair(invocation: Invocation): Promise<ExitCode> {
  const { tasks } = readRepairInput(await invocation.readStdin());
  const models = tasks.map((task) => unstarted(task.reference, taskBytes(task)));
  return runOneOff(invocation, { worker: 'repair', models }, async (context, board) => {
    board.input('models-missing');
    const onProgress = board.model.bind(board);
    const failure = fetchFailure(await context.repair(tasks, { signal: invocation.stop, onProgress }));
    if (failure !== null) throw failure;
  });
}
