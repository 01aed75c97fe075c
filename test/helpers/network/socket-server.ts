import { createServer, type Socket } from 'node:net';
import { listening } from './listening.ts';

/** A server that gets the socket of each request, and counts its connections. */
export async function socketServer(onRequest: (socket: Socket, request: string) => unknown) {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.setNoDelay(true).on('data', (request) => void onRequest(socket, request.toString('latin1')));
  });
  return { url: `http://127.0.0.1:${await listening(server)}/`, connections };
}
