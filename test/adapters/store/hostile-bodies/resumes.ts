import type { RawAnswer, RawResponse } from '../../../helpers/network/raw-server.ts';
import {
  always,
  CONTENT,
  contentRange,
  ETAG,
  empty,
  type HostileBody,
  LENGTH,
  OTHER,
  PAGE,
  PARTIAL,
  response,
  rest,
  SIZE,
} from './responses.ts';

const BAD = 'RMA_HUB_BAD_ANSWER';
const HALF = response({ headers: [LENGTH, ETAG], body: CONTENT.subarray(0, SIZE / 2) });

/** The first response breaks after half of the file, and this answers the request for the rest. */
function resumed(answer: (from: number) => RawResponse): RawAnswer {
  return (_, from) => (from === 0 ? HALF : answer(from));
}

/** The same for each rest. */
function resumedBy(answer: RawAnswer): RawAnswer {
  return (n, from) => (from === 0 ? HALF : answer(n, from));
}

/** The rest under other headers. */
function restWith(...headers: readonly string[]): RawAnswer {
  return resumed((from) => rest(from, { headers: [contentRange(from, SIZE - 1), ...headers] }));
}

function reversed(from: number): RawResponse {
  return rest(from, { body: Buffer.from(CONTENT.subarray(from)).reverse() });
}

function someBytes(from: number, count: number): RawResponse {
  const headers = [contentRange(from, from + count - 1), `Content-Length: ${count}`];
  return rest(from, { headers, body: CONTENT.subarray(from, from + count) });
}

/** Responses to the request for the rest of a file. */
export const RESUMES: readonly HostileBody[] = [
  [
    'another total in a resume',
    'RMA_CONTENT_SIZE_MISMATCH',
    resumed((from) => rest(from, { headers: [contentRange(from, SIZE, SIZE + 1)] })),
  ],
  ['another entity tag in a resume', BAD, restWith('ETag: "two"')],
  ['a weak entity tag in a resume', 'healed', restWith('ETag: W/"one"')],
  ['other content in a resume', 'RMA_CONTENT_HASH_MISMATCH', resumed(reversed)],
  ['no Content-Range in a resume', BAD, resumed((from) => rest(from, { headers: [ETAG] }))],
  [
    'a resume that is one byte off',
    BAD,
    resumed((from) => rest(from, { headers: [contentRange(from - 1, SIZE - 1)] })),
  ],
  [
    'a resume longer than its range',
    'healed',
    resumed((from) => rest(from, { headers: [contentRange(from, from + 9)] })),
  ],
  ['a resume in parts of 5,000 bytes', 'healed', resumed((from) => someBytes(from, 5000))],
  ['a resume in parts of one byte', BAD, resumed((from) => someBytes(from, 1))],
  ['a resume without content', 'RMA_HUB_UNREACHABLE', resumed((from) => rest(from, { body: '' }))],
  ['the whole file in a resume', 'healed', resumedBy(always({}))],
  ['another whole file in a resume', 'RMA_CONTENT_HASH_MISMATCH', resumedBy(always({ body: OTHER }))],
  [
    'multipart/byteranges in a resume',
    BAD,
    resumedBy(
      always({ status: PARTIAL, headers: ['Content-Type: multipart/byteranges; boundary=x'], body: '--x--' }),
    ),
  ],
  [
    'a web page in a resume',
    'RMA_CONTENT_HTML',
    resumedBy(always({ headers: ['Content-Type: text/html'], body: PAGE })),
  ],
  ['416 in a resume', BAD, resumedBy(empty('416 Range Not Satisfiable', `Content-Range: bytes */${SIZE}`))],
  ['a loop of redirects in a resume', 'RMA_HUB_UNREACHABLE', resumedBy(empty('302 Found', 'Location: /x'))],
  ['a compressed resume', BAD, restWith('Content-Encoding: gzip')],
  [
    'a reset in a resume',
    'RMA_HUB_UNREACHABLE',
    resumed(() => ({ bytes: Buffer.alloc(0), ending: 'reset' })),
  ],
  ['404 in a resume', 'RMA_HUB_NOT_FOUND', resumedBy(empty('404 Not Found'))],
];
