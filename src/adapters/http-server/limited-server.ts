import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpResponse } from '../../core/network/http-response.ts';
import { Connections } from './connections.ts';
import { sliceInput } from './slice-input.ts';

export interface ServerLimits {
  /** open connections; further ones close the oldest without a valid token */
  readonly connections: number;
  /** size of all headers of a request, bytes */
  readonly headerBytes: number;
  /** time for the headers of a request, ms */
  readonly headersMs: number;
  /** time for a whole request, ms */
  readonly requestMs: number;
  /** time between two requests on a connection, ms */
  readonly keepAliveMs: number;
  /** time without any progress of a connection, also of one that does not read its response, ms */
  readonly idleMs: number;
}

/** Responses to what never becomes a request. */
export interface ServerFaults {
  readonly headers: HttpResponse;
  readonly timeout: HttpResponse;
  readonly request: HttpResponse;
  /** to CONNECT */
  readonly tunnel: HttpResponse;
}

/** Key and certificate of a server, PEM. */
export interface ServerTls {
  readonly key: string;
  readonly certificate: string;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** keeps the connection while others are closed: a valid token arrived on it */
  readonly verify: () => void;
}

export interface LimitedServer {
  readonly limits: ServerLimits;
  readonly faults: ServerFaults;
  /** null: plain HTTP */
  readonly tls: ServerTls | null;
  readonly handle: (exchange: Exchange) => void;
}

/** How often Node.js checks the times of requests, ms. */
const CHECK_MS = 500;

/**
 * Returns an HTTP server whose connections, headers and their duration are limited, not yet listening. A connection has one
 * request at a time: responses to requests that do not wait for each other would fill the memory.
 */
export function createLimitedServer({ limits, faults, tls, handle }: LimitedServer): Server {
  const connections = new Connections(limits.connections);
  const answering = new WeakSet<Socket>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    if (answering.has(socket)) {
      socket.destroy();
      return;
    }
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
    handle({ request, response, verify: () => connections.verify(socket) });
  };
  const server = createServer(limits, tls, take);
  if (tls !== null) limitHandshakes(server, limits.connections);
  server.setTimeout(limits.idleMs);
  server.on('checkContinue', take);
  server.on('checkExpectation', take);
  server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.add(socket);
    sliceInput(socket);
  });
  server.on('clientError', (error, socket) => refuse(socket, clientFault(error, faults)));
  server.on('connect', (_, socket) => refuse(socket, faults.tunnel));
  return server;
}

function createServer(
  limits: ServerLimits,
  tls: ServerTls | null,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: CHECK_MS,
    // checked where it matters
    requireHostHeader: false,
  };
  if (tls === null) return createHttpServer(options, take);
  const secured = { ...options, key: tls.key, cert: tls.certificate, handshakeTimeout: limits.headersMs };
  return createHttpsServer(secured, take);
}

/** Limits the connections whose TLS handshake is not complete: a further one closes the oldest, which is the least likely to complete. */
function limitHandshakes(server: Server, limit: number): void {
  const open = new Connections(limit);
  const sockets = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    open.add(socket);
    sockets.set(peer, socket);
    socket.once('close', () => {
      if (sockets.get(peer) === socket) sockets.delete(peer);
    });
  });
  server.on('secureConnection', (secured: Socket) => {
    const socket = sockets.get(peerOf(secured));
    if (socket !== undefined) open.remove(socket);
  });
}

/** Returns what identifies a connection to the server before and after its handshake. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Returns the response to a request that is not valid HTTP or exceeds a limit, by the code of the parser's error. */
function clientFault(error: Error, faults: ServerFaults): HttpResponse {
  const code = 'code' in error ? error.code : null;
  if (code === 'HPE_HEADER_OVERFLOW') return faults.headers;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? faults.timeout : faults.request;
}

/** Writes a response to a connection without a request, and closes it. */
function refuse(socket: Duplex, { status, body }: HttpResponse): void {
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
