import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';
import { createRoutes, type RouteRequest } from './routes.ts';
import type { WorkerBook } from './worker-book.ts';

/** Bytes a request body may have. */
const BODY_LIMIT = 1024 * 1024;

/** An HTTP server, not yet listening, that serves the registration contract. */
export function createCoordinatorServer(book: WorkerBook, access: Access): Server {
  const route = createRoutes(book, access);
  const server = createServer((request, response) => {
    void answer(request, route).then((given) => send(response, given));
  });
  // A worker sends a few kilobytes: whoever takes longer than this holds a socket for nothing.
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
    return refusal(500, 'RMA_INTERNAL_FAULT', 'the coordinator failed on this request');
  }
}

class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is too much is still read, not kept: an answer before the end of the body may never reach the sender.
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
