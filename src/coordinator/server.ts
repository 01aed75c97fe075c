import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Access } from './access.ts';
import { Bodies, discard } from './bodies.ts';
import { Connections } from './connections.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';
import { createRoutes, type RouteRequest } from './routes.ts';
import { sliceInput } from './slice-input.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** Twice the backlog of listen(2). */
const MAX_CONNECTIONS = 1024;

/** A worker sends a few kilobytes; slower clients only occupy a connection. The two timeouts are checked twice a second. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 4_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 500,
  // open readers check it themselves
  requireHostHeader: false,
} as const;

/**
 * Returns an HTTP server for the registration API, not yet listening. Its memory is bounded whatever clients send: tokens
 * are checked before bodies are read, and connections, headers, bodies and their duration are limited.
 */
export function createCoordinatorServer(registry: WorkerRegistry, access: Access): Server {
  const route = createRoutes(registry, access);
  const connections = new Connections(MAX_CONNECTIONS);
  const bodies = new Bodies();
  const answering = new WeakSet<Socket>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    // responses to requests that do not wait for each other would fill the memory; no client of this API sends them
    if (answering.has(socket)) {
      socket.destroy();
      return;
    }
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
    const body: RouteRequest['body'] = (trust) => {
      if (trust === 'verified') connections.verify(socket);
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
      return bodies.read(request, trust);
    };
    void answer({ ...described(request), body }, route).then((given) => {
      send(response, given);
      discard(request);
    });
  };
  const server = createServer(LIMITS, handle);
  // also of a connection that does not read its response
  server.setTimeout(LIMITS.requestTimeout);
  server.on('checkContinue', handle);
  server.on('checkExpectation', handle);
  server.on('connection', (socket) => {
    connections.add(socket);
    sliceInput(socket);
  });
  server.on('clientError', (error, socket) => refuse(socket, clientFault(error)));
  server.on('connect', (_, socket) => refuse(socket, NO_TUNNEL));
  return server;
}

function described(request: IncomingMessage): Omit<RouteRequest, 'body'> {
  return {
    method: request.method ?? '',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    authorization: request.headers.authorization,
    worker: request.headers['rma-worker']?.toString(),
    target: { hosts: request.headersDistinct['host'] ?? [], localAddress: request.socket.localAddress },
  };
}

async function answer(
  request: RouteRequest,
  route: (request: RouteRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    return await route(request);
  } catch {
    return refusal(500, 'RMA_INTERNAL_FAULT', 'internal error of the coordinator');
  }
}

function send(response: ServerResponse, { status, body, headers }: HttpAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}

const NO_TUNNEL = refusal(405, 'RMA_COORDINATOR_METHOD', 'method CONNECT is not allowed');

/** Returns the response to a request that is not valid HTTP or exceeds a limit, by the code of the parser's error. */
function clientFault(error: Error): HttpAnswer {
  const code = 'code' in error ? error.code : null;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return refusal(
      431,
      'RMA_COORDINATOR_HEADERS',
      `the headers have more than ${LIMITS.maxHeaderSize} bytes`,
    );
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return refusal(408, 'RMA_COORDINATOR_TIMEOUT', 'the request did not arrive in time');
  }
  return refusal(400, 'RMA_COORDINATOR_REQUEST', 'the request is not valid HTTP');
}

/** Writes a response to a connection without a request, and closes it. */
function refuse(socket: Duplex, { status, body }: HttpAnswer): void {
  // what follows is not parsed
  socket.removeAllListeners('data');
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = `${JSON.stringify(body)}\n`;
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + text, () => socket.destroy());
}
