import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { discard } from '../adapters/http-server/discard.ts';
import {
  createLimitedServer,
  type Exchange,
  type ServerFaults,
  type ServerTls,
} from '../adapters/http-server/limited-server.ts';
import { type HttpResponse, refusal } from '../core/network/http-response.ts';
import type { Access } from './access.ts';
import { Bodies } from './bodies.ts';
import type { RouteRequest } from './read-body.ts';
import { createRoutes } from './routes.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** A worker sends a few kilobytes; slower clients only occupy a connection. */
const LIMITS = {
  // twice the backlog of listen(2)
  connections: 1024,
  headerBytes: 8 * 1024,
  headersMs: 4_000,
  requestMs: 10_000,
  keepAliveMs: 5_000,
  idleMs: 10_000,
} as const;

const FAULTS: ServerFaults = {
  headers: refusal(431, 'RMA_COORDINATOR_HEADERS', `the headers have more than ${LIMITS.headerBytes} bytes`),
  timeout: refusal(408, 'RMA_COORDINATOR_TIMEOUT', 'the request did not arrive in time'),
  request: refusal(400, 'RMA_COORDINATOR_REQUEST', 'the request is not valid HTTP'),
  tunnel: refusal(405, 'RMA_COORDINATOR_METHOD', 'method CONNECT is not allowed'),
};

/**
 * Returns an HTTP server for the registration API, not yet listening. Its memory is bounded whatever clients send: tokens
 * are checked before bodies are read, and connections, headers, bodies and their duration are limited.
 * @param tls null: plain HTTP
 */
export function createCoordinatorServer(
  registry: WorkerRegistry,
  access: Access,
  tls: ServerTls | null,
): Server {
  const route = createRoutes(registry, access);
  const bodies = new Bodies();
  const handle = ({ request, response, verify }: Exchange): void => {
    const body: RouteRequest['body'] = (trust) => {
      if (trust === 'verified') verify();
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
      return bodies.read(request, trust);
    };
    void answer({ ...described(request), body }, route).then((given) => {
      send(response, given);
      discard(request);
    });
  };
  return createLimitedServer({ limits: LIMITS, faults: FAULTS, tls, handle });
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
  route: (request: RouteRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await route(request);
  } catch {
    return refusal(500, 'RMA_INTERNAL_FAULT', 'internal error of the coordinator');
  }
}

function send(response: ServerResponse, { status, body, headers }: HttpResponse): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
