import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { networkReason } from '../../adapters/engine/http-request.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Clock } from '../../ports/clock.ts';

const PATIENCE_MS = 10_000;
const TRY_EVERY_MS = 100;

/** The living worker's state. @throws RmaError RMA_WORKER_NOT_RUNNING exit 3 */
export async function askStatus(path: string): Promise<WorkerStatus> {
  const socket = await open(path);
  for await (const status of statuses(socket, 'status')) return status;
  throw notRunning(path, 'it ended before it answered');
}

/**
 * The living worker's state after each change, until it or the signal ends it. Waits up to ten seconds for a worker that is just starting.
 * @throws RmaError RMA_WORKER_NOT_RUNNING exit 3
 */
export async function* followStatus(
  path: string,
  clock: Clock,
  enough: AbortSignal,
): AsyncGenerator<WorkerStatus> {
  const socket = await openPatiently(path, clock);
  enough.addEventListener('abort', () => socket.destroy(), { once: true });
  if (!enough.aborted) yield* statuses(socket, 'follow');
}

async function* statuses(socket: Socket, question: string): AsyncGenerator<WorkerStatus> {
  const lines = createInterface({ input: socket });
  // The end of the worker is the end of the stream, however the connection breaks.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => lines.close());
  socket.write(`${question}\n`);
  try {
    for await (const line of lines) yield readWorkerStatus(line);
  } finally {
    socket.destroy();
  }
}

async function openPatiently(path: string, clock: Clock): Promise<Socket> {
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      return await open(path);
    } catch (error) {
      if (clock.monotonic() >= deadline) throw error;
      await clock.sleep(TRY_EVERY_MS);
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
  return new RmaError('RMA_WORKER_NOT_RUNNING', `no worker answers on ${path}: ${reason}`, {
    exitCode: EXIT.notReady,
    hint: 'ask inside the container of a running worker: docker exec CONTAINER rma-worker status',
  });
}
