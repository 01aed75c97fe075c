import type { RawAnswer, RawResponse } from '../../../helpers/network/raw-server.ts';

/** The file that is downloaded, of printable characters. */
export const CONTENT = Buffer.from(
  Array.from({ length: 40_000 }, (_, at) => 32 + ((at * 7 + (at >> 8)) % 90)),
);
/** Content of the same size with another hash. */
export const OTHER = Buffer.from(CONTENT).fill('x', 100, 101);
export const SIZE = CONTENT.length;
export const LENGTH = `Content-Length: ${SIZE}`;
export const ETAG = 'ETag: "one"';
export const PAGE = '<!doctype html><title>Sign in</title>';
export const PARTIAL = '206 Partial Content';

/** `healed`: the right file is stored in the end. */
export type Expected = 'healed' | `RMA_${string}`;

/** What a server sends, what a download from it ends with, and the responses. */
export type HostileBody = readonly [what: string, expected: Expected, answer: RawAnswer];

interface Sent {
  readonly status?: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
  readonly ending?: RawResponse['ending'];
}

/** Returns a response; by default the file with its length. */
export function response(sent: Sent): RawResponse {
  const { status = '200 OK', headers = [LENGTH], body = CONTENT, ending = 'close' } = sent;
  const head = [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
  return { bytes: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]), ending };
}

/** Responds to each request with the same. */
export function always(sent: Sent): RawAnswer {
  const answer = response(sent);
  return () => answer;
}

/** Responds with this status, these headers and no body. */
export function empty(status: string, ...headers: readonly string[]): RawAnswer {
  return always({ status, headers: [...headers, 'Content-Length: 0'], body: '' });
}

/** Responds with these bytes (latin1) alone. */
export function bytes(text: string, ending: RawResponse['ending'] = 'close'): RawAnswer {
  return () => ({ bytes: Buffer.from(text, 'latin1'), ending });
}

/** Returns the rest of the file from `from`, as requested. */
export function rest(from: number, { headers, ...sent }: Sent = {}): RawResponse {
  const usual = [contentRange(from, SIZE - 1), `Content-Length: ${SIZE - from}`, ETAG];
  return response({
    status: PARTIAL,
    headers: headers ?? usual,
    body: CONTENT.subarray(from),
    ...sent,
  });
}

export function contentRange(from: number, to: number, total = SIZE): string {
  return `Content-Range: bytes ${from}-${to}/${total}`;
}

/** Responds as a server should. */
export const honest: RawAnswer = (_, from) =>
  from === 0 ? response({ headers: [LENGTH, ETAG] }) : rest(from);
