import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { networkReason } from '../../adapters/engine/http-request.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Clock } from '../../ports/clock.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** A worker answers within milliseconds; one that hangs never does. */
const RESPONSE_TIMEOUT_MS = 10_000;
const RETRY_MS = 100;

/**
 * Returns the state of the running worker.
 * @throws RmaError RMA_WORKER_NOT_RUNNING exit 3, RMA_WORKER_UNRESPONSIVE exit 1
 */
export async function queryStatus(path: string, clock: Clock): Promise<WorkerStatus> {
  const socket = await open(path);
  for await (const status of statuses(socket, 'status', clock)) return status;
  throw notRunning(path, 'the connection was closed without a response');
}

/**
 * Yields the state of the running worker after each change, until it exits or the signal is aborted. Waits up to ten
 * seconds for a worker that is starting.
 * @throws RmaError RMA_WORKER_NOT_RUNNING exit 3, RMA_WORKER_UNRESPONSIVE exit 1
 */
export async function* followStatus(
  path: string,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WorkerStatus> {
  const socket = await openWithRetry(path, clock);
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  if (!signal.aborted) yield* statuses(socket, 'follow', clock);
}

async function* statuses(socket: Socket, question: string, clock: Clock): AsyncGenerator<WorkerStatus> {
  const lines = createInterface({ input: socket });
  // The stream ends with the worker, however the connection is closed.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => lines.close());
  const responded = new AbortController();
  let late = false;
  clock.sleep(RESPONSE_TIMEOUT_MS, responded.signal).then(
    () => {
      late = true;
      socket.destroy();
    },
    () => undefined, // it responded in time
  );
  socket.write(`${question}\n`);
  try {
    for await (const line of lines) {
      responded.abort();
      yield readWorkerStatus(line);
    }
    if (late) throw unresponsive();
  } finally {
    responded.abort();
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

function unresponsive(): RmaError {
  return new RmaError(
    'RMA_WORKER_UNRESPONSIVE',
    `the worker did not respond within ${RESPONSE_TIMEOUT_MS / 1000} s`,
    { hint: 'restart it: rma up' },
  );
}

function notRunning(path: string, reason: string): RmaError {
  return new RmaError('RMA_WORKER_NOT_RUNNING', `no running worker at ${path}: ${reason}`, {
    exitCode: EXIT.notReady,
    hint: 'run it in the container of a running worker: docker exec CONTAINER rma-worker status',
  });
}
