import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { networkReason } from '../../adapters/engine/http-request.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Clock } from '../../ports/clock.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MS = 100;

/** Returns the state of the running worker. @throws RmaError RMA_WORKER_NOT_RUNNING exit 3 */
export async function queryStatus(path: string): Promise<WorkerStatus> {
  const socket = await open(path);
  for await (const status of statuses(socket, 'status')) return status;
  throw notRunning(path, 'the connection was closed without a response');
}

/**
 * Yields the state of the running worker after each change, until it exits or the signal is aborted. Waits up to ten
 * seconds for a worker that is starting.
 * @throws RmaError RMA_WORKER_NOT_RUNNING exit 3
 */
export async function* followStatus(
  path: string,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WorkerStatus> {
  const socket = await openWithRetry(path, clock);
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  if (!signal.aborted) yield* statuses(socket, 'follow');
}

async function* statuses(socket: Socket, question: string): AsyncGenerator<WorkerStatus> {
  const lines = createInterface({ input: socket });
  // The stream ends with the worker, however the connection is closed.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => lines.close());
  socket.write(`${question}\n`);
  try {
    for await (const line of lines) yield readWorkerStatus(line);
  } finally {
    socket.destroy();
  }
}

async function openWithRetry(path: string, clock: Clock): Promise<Socket> {
  const deadline = clock.monotonic() + CONNECT_TIMEOUT_MS;
  for (;;) {
    try {
      return await open(path);
    } catch (error) {
      if (clock.monotonic() >= deadline) throw error;
      await clock.sleep(RETRY_MS);
    }
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(notRunning(path, networkReason(error))));
  });
}

function notRunning(path: string, reason: string): RmaError {
  return new RmaError('RMA_WORKER_NOT_RUNNING', `no running worker at ${path}: ${reason}`, {
    exitCode: EXIT.notReady,
    hint: 'run it in the container of a running worker: docker exec CONTAINER rma-worker status',
  });
}
