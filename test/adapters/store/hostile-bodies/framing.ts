import { always, CONTENT, type HostileBody, LENGTH, SIZE } from './responses.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
const LAST = '0\r\n\r\n';
const BAD = 'RMA_HUB_UNREACHABLE';

function chunk(body: Buffer, size = body.length.toString(16)): Buffer {
  return Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n')]);
}

const body = (...parts: readonly (Buffer | string)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
const chunks = (...parts: readonly (Buffer | string)[]) =>
  always({ headers: [CHUNKED], body: body(...parts) });
const WHOLE = body(chunk(CONTENT), LAST);
const PAIRS = Array.from({ length: SIZE / 2 }, (_, at) => chunk(CONTENT.subarray(2 * at, 2 * at + 2)));

/** The file in chunks, and with lengths, that are wrong or unusual. */
export const FRAMING: readonly HostileBody[] = [
  ['a chunk size that is no number', BAD, chunks(chunk(CONTENT, 'zz'), LAST)],
  ['a negative chunk size', BAD, chunks(chunk(CONTENT, '-9c40'), LAST)],
  ['a chunk size of 80 bits', BAD, chunks(chunk(CONTENT, 'f'.repeat(20)), LAST)],
  ['a chunk size above what follows', 'RMA_CONTENT_SIZE_MISMATCH', chunks(chunk(CONTENT, 'ffff'))],
  ['a chunk size below what follows', BAD, chunks(chunk(CONTENT, '10'), LAST)],
  ['an empty chunk size', BAD, chunks(chunk(CONTENT, ''), LAST)],
  ['a chunk size without end', BAD, always({ headers: [CHUNKED], body: '1', ending: 'drip' })],
  ['a chunk extension', 'healed', chunks(chunk(CONTENT, `${SIZE.toString(16)};a="b;c"`), LAST)],
  ['a chunk extension without end', BAD, always({ headers: [CHUNKED], body: '1;', ending: 'endless' })],
  ['20,000 chunks of two bytes', 'healed', chunks(...PAIRS, LAST)],
  ['no last chunk', 'healed', chunks(chunk(CONTENT))],
  ['no chunk at all', BAD, chunks(LAST)],
  [
    'trailers that repeat headers',
    'healed',
    chunks(chunk(CONTENT), '0\r\nContent-Length: 1\r\nETag: "x"\r\n\r\n'),
  ],
  ['trailers of 1 MiB', 'healed', chunks(chunk(CONTENT), `0\r\nA: ${'a'.repeat(2 ** 20)}\r\n\r\n`)],
  [
    'an endless chunk',
    'RMA_CONTENT_SIZE_MISMATCH',
    always({ headers: [CHUNKED], body: 'fffffffffff\r\n', ending: 'endless' }),
  ],
  ['chunks and a length', BAD, always({ headers: [CHUNKED, LENGTH], body: WHOLE })],
  ['a wrong length and chunks', BAD, always({ headers: ['Content-Length: 5', CHUNKED], body: WHOLE })],
  ['two lengths', BAD, always({ headers: [LENGTH, 'Content-Length: 5'] })],
  ['a list of lengths', BAD, always({ headers: [`${LENGTH}, 5`] })],
  ['a negative length', BAD, always({ headers: [`Content-Length: -${SIZE}`] })],
  ['a hexadecimal length', BAD, always({ headers: ['Content-Length: 0x9c40'] })],
  ['a length of 2^70', BAD, always({ headers: [`Content-Length: ${2n ** 70n}`] })],
  ['another length', 'RMA_CONTENT_SIZE_MISMATCH', always({ headers: ['Content-Length: 5'] })],
  ['the length 0', 'RMA_CONTENT_SIZE_MISMATCH', always({ headers: ['Content-Length: 0'], body: '' })],
  ['an unknown transfer encoding', 'healed', always({ headers: ['Transfer-Encoding: zip'] })],
  [
    'compressed chunks that are not',
    'healed',
    always({ headers: ['Transfer-Encoding: gzip, chunked'], body: WHOLE }),
  ],
];
