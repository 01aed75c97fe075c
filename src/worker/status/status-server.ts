import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StatusBoard } from './status-board.ts';
import { streamStatus } from './stream-status.ts';

export interface StatusServer {
  /** closes every connection, so that followers notice the end of the worker */
  close(): Promise<void>;
}

/**
 * Serves the status on a Unix socket: `status` and a newline return one line of JSON (WorkerStatus), `follow` returns a
 * line per change until the worker exits.
 * @throws RmaError RMA_WORKER_RUNNING exit 3 if another worker already serves it
 */
export async function serveStatus(path: string, board: StatusBoard, clock: Clock): Promise<StatusServer> {
  if (await isAnswering(path)) {
    throw new RmaError('RMA_WORKER_RUNNING', `another worker is already running at ${path}`, {
      exitCode: EXIT.notReady,
      hint: 'run one worker per container; see rma-worker status',
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
  let command = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    command += chunk;
    if (command.length > 64) socket.destroy();
    else if (command === 'status\n') socket.end(`${JSON.stringify(board.status)}\n`);
    else if (command === 'follow\n') follow(socket, board, clock);
    else if (command.includes('\n')) socket.destroy();
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
