import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';
import { createRoutes, type RouteRequest } from './routes.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** Size limit of a request body, bytes. */
const BODY_LIMIT = 1024 * 1024;

/** Returns an HTTP server for the registration API, not yet listening. */
export function createCoordinatorServer(registry: WorkerRegistry, access: Access): Server {
  const route = createRoutes(registry, access);
  const server = createServer((request, response) => {
    void answer(request, route).then((given) => send(response, given));
  });
  // A worker sends a few kilobytes; slower clients only occupy a socket.
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  return server;
}

async function answer(
  request: IncomingMessage,
  route: (request: RouteRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    return await route({
      method: request.method ?? '',
      path: (request.url ?? '/').split('?', 1)[0] ?? '/',
      authorization: request.headers.authorization,
      body: () => readBody(request),
    });
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      const message = `the body has more than ${BODY_LIMIT} bytes`;
      return { ...refusal(413, 'RMA_COORDINATOR_BODY_SIZE', message), headers: { connection: 'close' } };
    }
    return refusal(500, 'RMA_INTERNAL_FAULT', 'internal error of the coordinator');
  }
}

class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Read and discard what exceeds the limit: a response before the end of the body may never reach the sender.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT) chunks.push(chunk);
  }
  if (bytes > BODY_LIMIT) throw new BodyTooLarge();
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, headers }: HttpAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
