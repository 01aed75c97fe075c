import { EXIT, type ExitCode } from '../../core/errors.ts';
import { taskBytes } from '../../core/verify/repair-tasks.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { readRepairInput } from '../../core/worker/verification-line.ts';
import { createContext } from '../context.ts';
import { fetchFailure } from '../fetch-failure.ts';
import { asRmaError } from '../life/models.ts';
import { openLog } from '../log/open-log.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { streamStatus } from '../status/stream-status.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker repair`: fetches and replaces what the request on stdin names. Prints a line of JSON (WorkerStatus) per
 * change; the last one contains the failure, if any. The exit code is that of the outcome.
 */
export async function repair({ env, clock, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { tasks } = readRepairInput(await readStdin());
  const start = tasks.map((task) => unstarted(task.reference, taskBytes(task)));
  const board = createStatusBoard({ worker: 'repair', profile: '', models: start, engines: [] }, clock);
  const log = openLog(env, { clock, scope: () => board.status.state, progress: 'stderr' });
  const context = createContext(env, log);
  logStatus(board, log, clock);
  const end = streamStatus(board, clock, print);
  try {
    board.input('models-missing');
    const onProgress = board.model.bind(board);
    const failure = fetchFailure(await context.repair(tasks, { signal: stop, onProgress }));
    if (failure !== null) throw failure;
    return EXIT.ok;
  } catch (error) {
    if (!stop.aborted) board.fail(asRmaError(error));
    throw error;
  } finally {
    end();
    print(`${JSON.stringify(board.status)}\n`);
  }
}
