import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { type ErrorDocument, RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** A loaded machine may need tens of seconds to start a command in a container. */
const TIMEOUT_MS = 60_000;

/**
 * Returns the status of the worker in a running container; null if it does not respond.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE for a worker of another version
 */
export async function workerStatus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<WorkerStatus | null> {
  const options = { timeoutMs: TIMEOUT_MS, signal: invocation.signal };
  try {
    const argv = ['rma-worker', 'status', '--json'];
    const { exitCode, stdout } = await host.docker.exec(container, argv, options);
    return exitCode === 0 ? readWorkerStatus(stdout) : null;
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT') return null;
    throw error;
  }
}

/** Returns the same for a plan: null also for a worker of another version, which the plan recreates. */
export async function plannedWorkerStatus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<WorkerStatus | null> {
  try {
    return await workerStatus(host, invocation, container);
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_WORKER_INCOMPATIBLE') return null;
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
