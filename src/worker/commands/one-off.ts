import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { createContext, type WorkerContext } from '../context.ts';
import { asRmaError } from '../life/models.ts';
import { openLog } from '../log/open-log.ts';
import { createStatusBoard, type StatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { streamStatus } from '../status/stream-status.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs work on models once. Prints a line of JSON (WorkerStatus) per change; the last one contains the failure, if any.
 * @throws what the work throws
 */
export async function runOneOff(
  { env, clock, stop, print }: Invocation,
  start: { readonly worker: string; readonly models: readonly ModelProgress[] },
  work: (context: WorkerContext, board: StatusBoard) => Promise<void>,
): Promise<ExitCode> {
  const board = createStatusBoard({ ...start, profile: '', engines: [] }, clock);
  const log = openLog(env, { clock, scope: () => board.status.state, progress: 'stderr' });
  const context = createContext(env, log);
  logStatus(board, log, clock);
  const end = streamStatus(board, clock, print);
  try {
    await work(context, board);
    return EXIT.ok;
  } catch (error) {
    if (!stop.aborted) board.fail(asRmaError(error));
    throw error;
  } finally {
    end();
    print(`${JSON.stringify(board.status)}\n`);
  }
}
