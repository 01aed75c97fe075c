import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** the only CA to trust over https, PEM; absent: those of Node.js */
  readonly ca?: string;
  /** sent as JSON */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

const REPLY_LIMIT = 4 * 1024 * 1024;

/**
 * Sends one request to an engine or the coordinator on a new connection: no proxy, no redirects, and no keep-alive
 * connection whose end would look like a dead engine.
 * @throws Error with a `code` of Node's network errors, or the signal's reason
 */
export function sendRequest(request: HttpRequest): Promise<HttpReply> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const url = new URL(request.url);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers: Record<string, string> = { accept: 'application/json, text/plain', ...request.headers };
  if (request.authorization !== undefined) headers['authorization'] = request.authorization;
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  return new Promise((resolve, reject) => {
    const abort = () => outgoing.destroy(asError(request.signal.reason));
    const outgoing = start(
      url,
      { method: request.method, headers, agent: false, ca: request.ca },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > REPLY_LIMIT) outgoing.destroy(new Error(`more than ${REPLY_LIMIT} bytes`));
          else chunks.push(chunk);
        });
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.on('close', () => request.signal.removeEventListener('abort', abort));
    if (request.signal.aborted) abort();
    else request.signal.addEventListener('abort', abort);
    outgoing.end(body);
  });
}

/** Returns a short reason for a network error: its code if it has one, else its message. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
