import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { type Answer, text } from './answer.ts';
import { type Exchange, readExchange } from './exchange.ts';
import type { HubState, Protocol } from './protocol.ts';
import { type OpenRequest, tokenHash } from './request-log.ts';
import { sendBody } from './send-body.ts';

/** Responds with the first protocol that handles the request, else 404, and logs it. */
export function serve(protocols: readonly Protocol[], port: 'api' | 'cdn', hub: HubState): RequestListener {
  return (request, response) => {
    const exchange = readExchange(port, request);
    if (exchange === undefined) {
      response.writeHead(400).end();
      return;
    }
    handle(exchange, response, { protocols, hub }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

async function handle(
  exchange: Exchange,
  response: ServerResponse,
  { protocols, hub }: { readonly protocols: readonly Protocol[]; readonly hub: HubState },
): Promise<void> {
  const entry = entryOf(exchange);
  if (!entry.path.startsWith('/__hub/')) {
    hub.log.add(entry);
    response.once('close', () => hub.log.end(entry, response.writableFinished ? 'done' : 'aborted'));
  }
  if (hub.delayMs > 0) await setTimeout(hub.delayMs);
  const answer = await firstAnswer(exchange, protocols, hub);
  entry.status = answer.status;
  entry.file = answer.aboutFile ?? false;
  response.writeHead(answer.status, answer.headers);
  if (exchange.method === 'HEAD') response.end();
  else if (answer.body instanceof Uint8Array) response.end(answer.body);
  else await sendBody(response, answer.body, entry);
}

async function firstAnswer(
  exchange: Exchange,
  protocols: readonly Protocol[],
  hub: HubState,
): Promise<Answer> {
  for (const protocol of protocols) {
    const answer = await protocol(exchange, hub);
    if (answer !== undefined) return answer;
  }
  return text(404, 'Not Found');
}

function entryOf({ request, port, method, path, rawQuery, bearer, sessionToken }: Exchange): OpenRequest {
  const token = bearer ?? sessionToken;
  return {
    port,
    method,
    path,
    query: rawQuery,
    from: request.socket.remoteAddress,
    userAgent: request.headers['user-agent'],
    range: request.headers.range,
    ifRange: headerOf(request, 'if-range'),
    authorized: request.headers.authorization !== undefined || sessionToken !== undefined,
    tokenHash: token === undefined ? undefined : tokenHash(token),
    status: 0,
    bytesSent: 0,
    file: false,
    state: 'open',
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
