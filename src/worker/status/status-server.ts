import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StatusBoard } from './status-board.ts';
import { streamStatus } from './stream-status.ts';

export interface StatusServer {
  /** ends every connection, which tells followers that the worker is gone */
  close(): Promise<void>;
}

/**
 * Answers on a unix socket: `status` and a newline give one line of JSON (WorkerStatus), `follow` gives a line per
 * change until the worker ends.
 * @throws RmaError RMA_WORKER_RUNNING exit 3 when another worker answers there
 */
export async function serveStatus(path: string, board: StatusBoard, clock: Clock): Promise<StatusServer> {
  if (await isAnswering(path)) {
    throw new RmaError('RMA_WORKER_RUNNING', `a worker already runs here: it answers on ${path}`, {
      exitCode: EXIT.notReady,
      hint: 'one worker per container; see rma-worker status',
    });
  }
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    answer(socket, board, clock);
  });
  await listen(server, path);
  return {
    async close() {
      for (const socket of sockets) socket.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(socket: Socket, board: StatusBoard, clock: Clock): void {
  let question = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    question += chunk;
    if (question.length > 64) socket.destroy();
    else if (question === 'status\n') socket.end(`${JSON.stringify(board.status)}\n`);
    else if (question === 'follow\n') follow(socket, board, clock);
    else if (question.includes('\n')) socket.destroy();
  });
}

function follow(socket: Socket, board: StatusBoard, clock: Clock): void {
  const end = streamStatus(board, clock, (line) => {
    if (socket.writable) socket.write(line);
  });
  socket.on('close', end);
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}
