import type { OutgoingHttpHeaders } from 'node:http';
import type { Content } from './content.ts';
import type { Strike } from './faults.ts';
import type { ByteRange } from './ranges.ts';

/** The response of a protocol, which the server sends. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array | FileBody;
  /** Whether the URL is that of a file, for the log; true also for errors. */
  readonly aboutFile?: boolean;
}

/** A range of a file, with the faults while it is sent. */
export interface FileBody {
  readonly content: Content;
  readonly range: ByteRange;
  /** The connection is closed or stalls at this offset. */
  readonly stop?: { readonly offset: number; readonly by: Strike<'cut'> | Strike<'stall'> };
  readonly slow?: Strike<'slow'>;
}

export function json(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return answer(status, JSON.stringify(value), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

export function text(status: number, body: string, headers: OutgoingHttpHeaders = {}): Answer {
  return answer(status, body, { 'content-type': 'text/plain; charset=utf-8', ...headers });
}

export function redirect(status: 302 | 307, location: string, headers: OutgoingHttpHeaders = {}): Answer {
  return text(status, `Redirecting to ${location}`, { ...headers, location });
}

function answer(status: number, body: string, headers: OutgoingHttpHeaders): Answer {
  const bytes = Buffer.from(body, 'utf8');
  return {
    status,
    headers: { 'content-length': bytes.length, ...headers },
    body: bytes,
  };
}
