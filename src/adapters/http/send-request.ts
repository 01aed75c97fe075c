import type { HttpRequest, HttpStream } from '../../ports/http-client.ts';
import { guardedBody, type ResponseBody } from './body.ts';
import type { BulkConnections } from './bulk-connections.ts';
import { networkFault } from './fault.ts';
import { loginFault } from './http-tunnel.ts';
import type { Route } from './routes.ts';
import { StallGuard } from './stall-guard.ts';

/** Longest wait for the body of a redirect, ms: waiting longer costs more than a new connection. */
const DRAIN_MS = 200;

/** Largest body of a redirect that is read, bytes. */
const DRAIN_BYTES = 64 * 1024;

export interface RoutedRequest extends Omit<HttpRequest, 'authorization' | 'cookie' | 'maxBytes'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly route: Route;
  readonly stallMs: number;
  readonly bulk: BulkConnections;
}

/** A response, before any redirect is followed. */
export interface SentRequest extends Omit<HttpStream, 'hops' | 'again'> {
  /** Reads a short body to the end, which leaves the connection usable for the next request; drops any other. */
  drain(): Promise<void>;
}

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
  readonly keepable: number;
  readonly keep: () => () => void;
}

/** Sends one request over its route. @throws RmaError as `HttpClient.open` */
export async function sendRequest(request: RoutedRequest): Promise<SentRequest> {
  const { url, route, stallMs } = request;
  const guard = new StallGuard(stallMs, request.signal);
  guard.arm();
  try {
    const { body, ...answer } =
      (await bulkAnswer(request, guard.signal)) ?? (await answerOf(request, guard.signal));
    guard.disarm();
    const close = () => {
      guard.end();
      body.destroy();
    };
    if (route.proxy !== null && answer.status === 407) {
      close();
      throw loginFault(route.proxy);
    }
    return { ...answer, url, body: guardedBody(body, guard, url), close, drain: () => drained(body, close) };
  } catch (error) {
    guard.end();
    throw networkFault(error, {
      guard,
      url: route.proxy === null ? url : route.origin,
      caller: request.signal,
      ...(route.proxy === null ? {} : { proxy: route.proxy }),
    });
  }
}

async function answerOf({ method, headers, route }: RoutedRequest, signal: AbortSignal): Promise<Received> {
  const answer = await route.dispatcher.request({
    method,
    origin: route.origin,
    path: route.path,
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
    headers: { ...headers, ...route.headers },
  });
  answer.body.on('error', () => undefined);
  const { statusCode: status, headers: fields, body } = answer;
  return { status, headers: flatten(fields), body, keepable: 0, keep: () => () => undefined };
}

/** Sends a request for a body in blocks over a connection of its own; null if it needs a complete HTTP client. */
async function bulkAnswer(request: RoutedRequest, signal: AbortSignal): Promise<Received | null> {
  const { method, inBlocks = false, route, bulk } = request;
  const text = inBlocks && method === 'GET' ? requestText(request) : null;
  if (text === null || route.direct === null) return null;
  const answer = await bulk.send({ ...route.direct, text, signal });
  if (answer === null) return null;
  const { head, body } = answer;
  const { keepable, keep } = body;
  return { status: head.status, headers: head.headers, body, keepable, keep };
}

/** Returns the text of a request (RFC 9112 3); null if a value does not fit into it. */
function requestText({ method, headers, url, route }: RoutedRequest): string | null {
  const fields = { host: new URL(url).host, connection: 'keep-alive', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const all = [`${method} ${route.path} HTTP/1.1`, ...lines];
  return all.every((line) => /^[\t\x20-\x7e]*$/.test(line)) ? `${all.join('\r\n')}\r\n\r\n` : null;
}

async function drained(body: ResponseBody, close: () => void): Promise<void> {
  const timer = setTimeout(close, DRAIN_MS);
  let left = DRAIN_BYTES;
  try {
    for await (const { length } of body) {
      left -= length;
      if (left < 0) break;
    }
  } catch {
    // what breaks here concerns the body of a redirect only
  } finally {
    clearTimeout(timer);
    close();
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]),
  );
}
