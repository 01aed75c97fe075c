import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { type ErrorCode, type ErrorDocument, RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

const TIMEOUT_MS = 10_000;
const UNKNOWN_STATUS: readonly ErrorCode[] = ['RMA_WORKER_INCOMPATIBLE', 'RMA_COMMAND_TIMEOUT'];

/**
 * Returns the status of the worker in a running container, null if it does not answer.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE for a worker of another version
 */
export async function workerStatus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<WorkerStatus | null> {
  const outcome = await host.docker.exec(container, ['rma-worker', 'status', '--json'], {
    timeoutMs: TIMEOUT_MS,
    signal: invocation.signal,
  });
  return outcome.exitCode === 0 ? readWorkerStatus(outcome.stdout) : null;
}

/**
 * Returns the same for a plan: null also for a worker of another version, which the plan recreates, and for one that hangs,
 * which a restart repairs.
 */
export async function plannedWorkerStatus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<WorkerStatus | null> {
  try {
    return await workerStatus(host, invocation, container);
  } catch (error) {
    if (error instanceof RmaError && UNKNOWN_STATUS.includes(error.code)) return null;
    throw error;
  }
}

/** Throws the fault of a worker that failed. */
export function throwIfFailed({ worker, failure }: WorkerStatus): void {
  if (failure !== null) throw fromDocument(failure, { worker });
}

/** Throws the first fault of an engine that does not go away by waiting. */
export function throwIfEngineFailed({ worker, engines }: WorkerStatus): void {
  const bad = engines.find(({ fault }) => fault !== undefined);
  if (bad?.fault !== undefined) throw fromDocument(bad.fault, { worker, engine: bad.service });
}

function fromDocument(
  { code, message, hint, exitCode }: ErrorDocument,
  details: Readonly<Record<string, string>>,
): RmaError {
  return new RmaError(code, message, { exitCode, details, ...(hint !== undefined && { hint }) });
}
