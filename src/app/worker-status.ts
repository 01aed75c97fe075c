import { RmaError } from '../core/errors.ts';
import type { WorkerStatus } from '../core/model/worker-status.ts';
import type { Box } from '../ports/box.ts';

const ASK_MS = 10_000;

/** What the worker in a running container says of itself; null when it does not answer. */
export async function workerStatus(box: Box, container: string): Promise<WorkerStatus | null> {
  const outcome = await box.cli.exec(container, ['rma-worker', 'status', '--json'], {
    timeoutMs: ASK_MS,
    signal: box.signal,
  });
  return outcome.exitCode === 0 ? (JSON.parse(outcome.stdout) as WorkerStatus) : null;
}

/** @throws RmaError what a failed worker failed with */
export function throwIfFailed({ worker, failure }: WorkerStatus): void {
  if (failure === null) return;
  const { code, message, hint, exitCode } = failure;
  throw new RmaError(code, message, { exitCode, details: { worker }, ...(hint !== undefined && { hint }) });
}
