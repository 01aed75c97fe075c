import { always, bytes, type HostileBody, LENGTH, response } from './responses.ts';

const BAD = 'RMA_HUB_UNREACHABLE';
const RIGHT = response({}).bytes.toString('latin1');
const MANY = Array.from({ length: 10_000 }, (_, n) => `A${n}: 1`);
const withHeaders = (...headers: readonly string[]) => always({ headers: [LENGTH, ...headers] });

/** Status lines and headers that are none, or too much. */
export const HEADS: readonly HostileBody[] = [
  ['100 before the response', BAD, bytes(`HTTP/1.1 100 Continue\r\n\r\n${RIGHT}`)],
  ['103 before the response', 'healed', bytes(`HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n${RIGHT}`)],
  ['2,000 times 103', BAD, bytes('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2000), 'wait')],
  ['101', BAD, bytes('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')],
  ['a body without headers', BAD, bytes('hello\r\n')],
  ['HTTP/2', BAD, bytes('HTTP/2.0 200 OK\r\n\r\n')],
  ['the greeting of SSH', BAD, bytes('SSH-2.0-OpenSSH_9.2\r\n')],
  ['a TLS alert', BAD, bytes('\x15\x03\x01\x00\x02\x02\x28')],
  ['nothing', BAD, bytes('')],
  ['nothing, on an open connection', BAD, bytes('', 'wait')],
  ['a reset', BAD, bytes('', 'reset')],
  ['a reset within the headers', BAD, bytes('HTTP/1.1 200 OK\r\nContent-', 'reset')],
  ['headers without end', BAD, bytes('HTTP/1.1 200 OK\r\nA: ', 'endless')],
  ['headers that drip', BAD, bytes('HTTP/1.1 200 OK\r\nA: ', 'drip')],
  ['a header of 1 MiB', BAD, withHeaders(`A: ${'a'.repeat(2 ** 20)}`)],
  ['10,000 headers', BAD, withHeaders(...MANY)],
  ['NUL in a header', BAD, withHeaders('ETag: "a\0b"')],
  ['CR in a header', BAD, withHeaders('ETag: "a\rb"')],
  ['ESC in a header', BAD, withHeaders('ETag: "\x1b[2J"')],
  ['a folded header', 'healed', withHeaders('A: b', ' c')],
  ['a header without colon', BAD, withHeaders('nonsense')],
  ['the header __proto__', BAD, withHeaders('__proto__: x')],
  ['the header constructor', BAD, withHeaders('constructor: x')],
  ['status 999', BAD, always({ status: '999 What' })],
  ['status 000', BAD, always({ status: '000 What' })],
  ['a status without number', BAD, always({ status: 'OK' })],
];
