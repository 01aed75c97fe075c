import type { IncomingMessage } from 'node:http';
import type { FaultTarget } from './faults.ts';

/** A request as the protocols see it. */
export interface Exchange extends FaultTarget {
  readonly request: IncomingMessage;
  /** The decoded parts of the path between slashes; a part may hold an encoded slash. Never normalised: `..` stays. */
  readonly segments: readonly string[];
  /** As it came over the wire. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** The scheme, host and port by which the client reached this hub. */
  readonly origin: string;
  readonly bearer: string | undefined;
  /** The token in the cookie that ModelScope's clients send. */
  readonly sessionToken: string | undefined;
}

/** Reads a request; undefined when an escape in its path is malformed. */
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

/** Decoded path parts as a URL path. */
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
