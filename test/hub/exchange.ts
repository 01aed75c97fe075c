import type { IncomingMessage } from 'node:http';
import type { FaultTarget } from './faults.ts';

/** A request as seen by the protocols. */
export interface Exchange extends FaultTarget {
  readonly request: IncomingMessage;
  /** The decoded path segments; a segment may contain an encoded slash. Not normalized: `..` is kept. */
  readonly segments: readonly string[];
  /** As received. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** The scheme, host and port that the client used for this hub. */
  readonly origin: string;
  readonly bearer: string | undefined;
  /** The token in the cookie of ModelScope clients. */
  readonly sessionToken: string | undefined;
}

/** Parses a request; undefined if an escape in its path is invalid. */
export function readExchange(port: 'api' | 'cdn', request: IncomingMessage): Exchange | undefined {
  const { url = '/', method = 'GET' } = request;
  const { authorization = '', cookie = '', host = 'localhost' } = request.headers;
  const mark = url.includes('?') ? url.indexOf('?') : url.length;
  const segments = decodeSegments(url.slice(0, mark));
  if (segments === undefined) return undefined;
  const rawQuery = url.slice(mark + 1);
  return {
    request,
    port,
    method,
    path: `/${segments.join('/')}`,
    segments,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    origin: `http://${host}`,
    bearer: /^Bearer (.+)$/.exec(authorization)?.[1],
    sessionToken: /(?:^|;\s*)m_session_id=([^;]+)/.exec(cookie)?.[1],
  };
}

/** Encodes path segments as a URL path. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function decodeSegments(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
