import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT, RmaError } from '../../core/errors.ts';
import { refusal } from '../../core/network/http-response.ts';
import { bracketed, type ListenAddress } from '../../core/network/listen-address.ts';
import { redact } from '../../core/redact.ts';
import type {
  AnswerRequest,
  ContentAnswer,
  RunningServer,
  ServerAnswer,
  ServerRequest,
} from '../../ports/http-server.ts';
import { discard } from './discard.ts';
import {
  createLimitedServer,
  type Exchange,
  type ServerFaults,
  type ServerLimits,
  type ServerTls,
} from './limited-server.ts';

export interface AnswerServer {
  readonly answer: AnswerRequest;
  readonly listen: ListenAddress;
  /** null: plain HTTP */
  readonly tls: ServerTls | null;
  /** receives one line for each request, without headers */
  readonly log: (line: string) => void;
  readonly limits?: Partial<AnswerLimits>;
}

interface AnswerLimits extends ServerLimits {
  /** time in which a response must make progress that counts, ms */
  readonly paceMs: number;
}

const LIMITS: AnswerLimits = {
  connections: 256,
  headerBytes: 16 * 1024,
  headersMs: 4_000,
  requestMs: 10_000,
  keepAliveMs: 15_000,
  idleMs: 30_000,
  paceMs: 60_000,
};

const FAULTS: ServerFaults = {
  headers: refusal(431, 'RMA_SERVE_HEADERS', `the headers have more than ${LIMITS.headerBytes} bytes`),
  timeout: refusal(408, 'RMA_SERVE_TIMEOUT', 'the request did not arrive in time'),
  request: refusal(400, 'RMA_SERVE_REQUEST', 'the request is not valid HTTP'),
  tunnel: refusal(405, 'RMA_SERVE_METHOD', 'method CONNECT is not allowed'),
};

/**
 * Starts a server whose answers are JSON or content of files. A client that reads slower than a chunk a minute is
 * disconnected.
 * @throws RmaError RMA_SERVE_PORT_TAKEN, RMA_SERVE_ADDRESS (3), RMA_SERVE_CERTIFICATE (2)
 */
export async function startAnswerServer({
  answer,
  listen,
  tls,
  log,
  limits,
}: AnswerServer): Promise<RunningServer> {
  const bounds = { ...LIMITS, ...limits };
  const handle = ({ request, response, verify }: Exchange): void => {
    const described = describe(request, verify);
    void respond(answer, described, { response, paceMs: bounds.paceMs }).then((status) => {
      log(lineOf(request, status));
      discard(request);
    });
  };
  const server = created(() => createLimitedServer({ limits: bounds, faults: FAULTS, tls, handle }));
  await listening(server, listen);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function created(create: () => Server): Server {
  try {
    return create();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new RmaError('RMA_SERVE_CERTIFICATE', `the certificate and its key cannot be used: ${why}`, {
      exitCode: EXIT.usage,
      hint: 'pass a certificate and its own private key, both PEM and without a passphrase',
    });
  }
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  const ready = once(server, 'listening');
  server.listen(port, host);
  try {
    await ready;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    const place = `${bracketed(host)}:${port}`;
    if (code === 'EADDRINUSE') {
      throw new RmaError('RMA_SERVE_PORT_TAKEN', `${place} is already in use`, {
        exitCode: EXIT.notReady,
        hint: 'use another port: --listen ADDRESS:PORT',
      });
    }
    throw new RmaError('RMA_SERVE_ADDRESS', `cannot listen on ${place}: ${code}`, {
      exitCode: EXIT.notReady,
      hint: 'use an address of this machine, as `ip address` lists them, and a port above 1023',
    });
  }
}

function describe(request: IncomingMessage, verify: () => void): ServerRequest {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  return {
    method: request.method ?? '',
    path,
    query,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
    ),
    target: { hosts: request.headersDistinct['host'] ?? [], localAddress: request.socket.localAddress },
    verify,
  };
}

interface Response {
  readonly response: ServerResponse;
  readonly paceMs: number;
}

/** Returns the status. Never rejects. */
async function respond(answer: AnswerRequest, request: ServerRequest, to: Response): Promise<number> {
  const given = await answer(request).catch(
    (): ServerAnswer => refusal(500, 'RMA_INTERNAL_FAULT', 'the store could not be read'),
  );
  if ('content' in given) await sendContent(given, to);
  else {
    to.response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
    to.response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(given.body)}\n`);
  }
  return given.status;
}

async function sendContent({ status, headers, content, close }: ContentAnswer, to: Response): Promise<void> {
  const { response, paceMs } = to;
  let chunks = 0;
  let seen = 0;
  const pace = setInterval(() => {
    if (chunks === seen) response.destroy();
    seen = chunks;
  }, paceMs);
  response.writeHead(status, headers);
  try {
    if (content === null) response.end();
    else {
      await pipeline(
        Readable.from(content, { objectMode: false }),
        async function* (source: AsyncIterable<Uint8Array>) {
          for await (const chunk of source) {
            chunks += 1;
            yield chunk;
          }
        },
        response,
      );
    }
  } catch {
    // the client left, or the file became shorter: without its announced length no client accepts the response
    response.destroy();
  } finally {
    clearInterval(pace);
    await close().catch(() => undefined);
  }
}

function lineOf({ socket, method, url }: IncomingMessage, status: number): string {
  return redact(`${socket.remoteAddress ?? '-'} ${method ?? '-'} ${url ?? '-'} ${status}`);
}
