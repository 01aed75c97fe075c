import {
  always,
  CONTENT,
  contentRange,
  empty,
  type HostileBody,
  LENGTH,
  OTHER,
  PAGE,
  PARTIAL,
  SIZE,
} from './responses.ts';

const BAD = 'RMA_HUB_BAD_ANSWER';
const LOST = 'RMA_HUB_UNREACHABLE';
const TWICE = Buffer.concat([CONTENT, CONTENT]);
const MULTIPART = {
  status: PARTIAL,
  headers: ['Content-Type: multipart/byteranges; boundary=x'],
  body: `--x\r\n${contentRange(0, 9)}\r\n\r\n0123456789\r\n--x--`,
};

const RANGES = [
  'bytes 1-5/40000',
  'bytes 0-40000/40000',
  'bytes 5-1/40000',
  'bytes */40000',
  'items 0-39999/40000',
  `bytes 0-${'9'.repeat(30)}/40000`,
  'bytes -1-39999/40000',
  'bytes 0-39999',
  '',
].map(
  (range): HostileBody => [
    `206 with Content-Range: ${range}`,
    BAD,
    always({ status: PARTIAL, headers: [LENGTH, `Content-Range: ${range}`] }),
  ],
);

const coded = (encoding: string) => always({ headers: [LENGTH, `Content-Encoding: ${encoding}`] });
const CODINGS = [
  ...['gzip', 'br', 'deflate', 'identity, gzip', 'GZIP', 'x'].map(
    (name): HostileBody => [`Content-Encoding: ${name}`, BAD, coded(name)],
  ),
  ...['Identity', '', 'identity, identity'].map(
    (name): HostileBody => [`Content-Encoding: ${name}`, 'healed', coded(name)],
  ),
];

const WAITS = ['86400', '-1', '9'.repeat(40), 'Fri, 31 Dec 9999 23:59:59 GMT', 'soon', '1e9'].map(
  (wait): HostileBody => [
    `503 with Retry-After: ${wait}`,
    'RMA_HUB_BUSY',
    empty('503 Service Unavailable', `Retry-After: ${wait}`),
  ],
);

/** Well-formed responses with the wrong content, range or status. */
export const ANSWERS: readonly HostileBody[] = [
  ['206 without Content-Range', BAD, always({ status: PARTIAL })],
  [
    '206 of the whole file',
    'healed',
    always({ status: PARTIAL, headers: [LENGTH, contentRange(0, SIZE - 1)] }),
  ],
  [
    '206 with another total',
    'RMA_CONTENT_SIZE_MISMATCH',
    always({ status: PARTIAL, headers: [LENGTH, contentRange(0, SIZE - 1, 50_000)] }),
  ],
  ['multipart/byteranges', BAD, always(MULTIPART)],
  ...RANGES,
  ...CODINGS,
  ...WAITS,
  ['an empty body without length', LOST, always({ headers: [], body: '' })],
  ['more than its length', 'healed', always({ body: TWICE })],
  ['more than the file, without length', 'RMA_CONTENT_SIZE_MISMATCH', always({ headers: [], body: TWICE })],
  ['an endless body', 'RMA_CONTENT_SIZE_MISMATCH', always({ headers: [], ending: 'endless' })],
  ['a body that stalls', LOST, always({ body: CONTENT.subarray(0, 10), ending: 'wait' })],
  ['a body that drips', LOST, always({ body: '', ending: 'drip' })],
  ['a body that is reset', LOST, always({ body: CONTENT.subarray(0, SIZE / 2), ending: 'reset' })],
  ['a web page', 'RMA_CONTENT_HTML', always({ headers: ['Content-Type: text/html'], body: PAGE })],
  ['a web page of the right size', 'RMA_CONTENT_HASH_MISMATCH', always({ body: PAGE.padEnd(SIZE) })],
  ['other bytes', 'RMA_CONTENT_HASH_MISMATCH', always({ body: OTHER })],
  ['302 to itself', LOST, empty('302 Found', 'Location: /')],
  ['302 with two addresses', LOST, empty('302 Found', 'Location: /a', 'Location: /b')],
  [
    '302 with an endless body',
    LOST,
    always({ status: '302 Found', headers: ['Location: /'], body: '', ending: 'endless' }),
  ],
  ['416 to a request without range', BAD, empty('416 Range Not Satisfiable')],
  [
    '416 with another total',
    'RMA_CONTENT_SIZE_MISMATCH',
    empty('416 Range Not Satisfiable', 'Content-Range: bytes */5'),
  ],
];

/** Responses that no retry would change. */
export const FINAL: readonly HostileBody[] = [
  ['204', BAD, always({ status: '204 No Content', headers: [], body: '' })],
  ['205', BAD, empty('205 Reset Content')],
  ['304', BAD, always({ status: '304 Not Modified', headers: [], body: '' })],
  ['300 without Location', BAD, empty('300 Multiple Choices')],
  ['302 without Location', BAD, empty('302 Found')],
  ['302 to a file', 'RMA_HUB_UNSAFE_REDIRECT', empty('302 Found', 'Location: file:///etc/passwd')],
  ['302 to a cloud', 'RMA_HUB_UNSAFE_REDIRECT', empty('302 Found', 'Location: http://169.254.169.254/')],
];
