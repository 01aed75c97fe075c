import { readerToken, workerToken } from '../../../src/core/registration-token.ts';
import { COORDINATOR_KEY } from '../../helpers/worker/coordinator.ts';
import { rawRequest } from '../../helpers/worker/raw-request.ts';

const WORKER = {
  schema: 'rma.worker/v1',
  id: 'w',
  host: 'box',
  project: 'demo',
  profile: 'cpu-worker',
  state: 'ready',
  models: [],
  startedAt: '2026-01-02T03:04:05Z',
};
const MIB = 1024 * 1024;
export const HOST = 'Host: localhost';
const TOKEN = `Authorization: Bearer ${workerToken(COORDINATOR_KEY, 'box', 'w')}`;
const WRONG = 'Authorization: Bearer anything';
export const READER = `Authorization: Bearer ${readerToken(COORDINATOR_KEY)}`;
const NAMED = 'RMA-Worker: box/w';
/** Bodies are sent as latin1: one byte a character. */
const length = (body: string) => `Content-Length: ${body.length}`;

/** A registration with its own token. */
export function post(body: string, headers: readonly string[] = [TOKEN, NAMED]): string {
  return rawRequest('POST /v1/workers', [HOST, ...headers, length(body)], body);
}

/** The start of a request whose body never arrives. */
function headOf(line: string, headers: readonly string[], bytes: number): string {
  return rawRequest(line, [HOST, ...headers, `Content-Length: ${bytes}`]);
}

export function get(path: string, headers: readonly string[] = [HOST]): string {
  return rawRequest(`GET ${path}`, headers);
}

export const worker = (change: object) => JSON.stringify({ ...WORKER, ...change });

/** What is sent, and the status and code of the response (after `RMA_COORDINATOR_`). */
export const CALLS: readonly (readonly [what: string, sent: string, expected: readonly [number, string]])[] =
  [
    ['a body behind a wrong token', headOf('POST /v1/workers', [WRONG, NAMED], MIB - 1), [403, 'FORBIDDEN']],
    ['a heartbeat behind a wrong token', headOf('PUT /v1/workers/w', [WRONG], MIB - 1), [403, 'FORBIDDEN']],
    [
      'a large body without the name of its worker',
      headOf('POST /v1/workers', [WRONG], MIB - 1),
      [413, 'BODY_SIZE'],
    ],
    ['a body without a token', headOf('POST /v1/workers', [], MIB - 1), [401, 'UNAUTHORIZED']],
    ['an empty token', headOf('POST /v1/workers', ['Authorization: Bearer '], 9), [401, 'UNAUTHORIZED']],
    [
      'a token of 513 characters',
      headOf('POST /v1/workers', [`Authorization: Bearer ${'x'.repeat(513)}`], 9),
      [401, 'UNAUTHORIZED'],
    ],
    [
      'basic authentication',
      headOf('POST /v1/workers', ['Authorization: Basic dzp3'], 9),
      [401, 'UNAUTHORIZED'],
    ],
    ['the token of a reader', headOf('POST /v1/workers', [READER, NAMED], 9), [403, 'FORBIDDEN']],
    [
      'a token for another worker',
      headOf('POST /v1/workers', [TOKEN, 'RMA-Worker: box/v'], 9),
      [403, 'FORBIDDEN'],
    ],
    [
      'a token for another host',
      headOf('POST /v1/workers', [TOKEN, 'RMA-Worker: bay/w'], 9),
      [403, 'FORBIDDEN'],
    ],
    ['a body of another worker than the header', post(worker({ id: 'v' })), [403, 'FORBIDDEN']],
    [
      'a worker name that is a path',
      headOf('POST /v1/workers', [TOKEN, 'RMA-Worker: ../../w'], 9),
      [400, 'HEADERS'],
    ],
    ['two worker names', headOf('POST /v1/workers', [TOKEN, NAMED, NAMED], 9), [400, 'HEADERS']],
    [
      'an announced body of 2^60 bytes',
      headOf('POST /v1/workers', [TOKEN, NAMED], 2 ** 60),
      [413, 'BODY_SIZE'],
    ],
    ['a body of 1 MiB and a byte', post(`"${'x'.repeat(MIB - 1)}"`), [413, 'BODY_SIZE']],
    [
      'a chunked body without end',
      rawRequest(
        'POST /v1/workers',
        [HOST, TOKEN, 'Transfer-Encoding: chunked'],
        `20000\r\n${'x'.repeat(0x20000)}\r\n`,
      ),
      [413, 'BODY_SIZE'],
    ],
    [
      'a chunk size of 20 digits',
      rawRequest(
        'POST /v1/workers',
        [HOST, TOKEN, 'Transfer-Encoding: chunked'],
        'fffffffffffffffffffff\r\n',
      ),
      [400, 'REQUEST'],
    ],
    ['a compressed body', post('x', [TOKEN, NAMED, 'Content-Encoding: gzip']), [415, 'ENCODING']],
    ['a body that is not UTF-8', post('{"\xff\xfe":1}'), [400, 'JSON']],
    ['cut JSON', post('{"schema":"rma.worker/v1"'), [400, 'JSON']],
    ['JSON nested 100,000 deep', post('['.repeat(100_000)), [400, 'JSON']],
    ['valid JSON nested 100,000 deep', post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), [422, 'BODY']],
    ['null', post('null'), [422, 'BODY']],
    [
      '100,000 models that are numbers',
      post(worker({ models: Array.from({ length: 100_000 }, () => 1) })),
      [422, 'BODY'],
    ],
    ['a __proto__ key in place of the fields', post(`{"__proto__":${worker({})}}`), [422, 'BODY']],
    ['a schema of the future', post(worker({ schema: 'rma.worker/v2' })), [422, 'BODY']],
    ['an id of dots', post(worker({ id: '..' })), [422, 'BODY']],
    ['an id with a control character', post(worker({ id: 'w\u0000' })), [422, 'BODY']],
    ['a time that is no time', post(worker({ startedAt: 'now' })), [422, 'BODY']],
    [
      'an endpoint that is a script',
      post(
        worker({
          models: [{ name: 'm', ref: 'r', engine: 'e', service: 's', endpoint: 'javascript:alert(1)' }],
        }),
      ),
      [422, 'BODY'],
    ],
    [
      'both kinds of body length',
      rawRequest(
        'POST /v1/workers',
        [HOST, TOKEN, 'Content-Length: 3', 'Transfer-Encoding: chunked'],
        '0\r\n\r\nGET /v1/workers HTTP/1.1',
      ),
      [400, 'REQUEST'],
    ],
    [
      'two body lengths',
      rawRequest('POST /v1/workers', [HOST, TOKEN, 'Content-Length: 3', 'Content-Length: 5'], 'abc'),
      [400, 'REQUEST'],
    ],
    [
      'a negative body length',
      rawRequest('POST /v1/workers', [HOST, TOKEN, 'Content-Length: -1']),
      [400, 'REQUEST'],
    ],
    ['a header line without a colon', rawRequest('GET /v1/workers', [HOST, 'smuggled']), [400, 'REQUEST']],
    [
      'a folded header',
      rawRequest('GET /v1/workers', [HOST, 'X: a', ' Authorization: Bearer x']),
      [400, 'REQUEST'],
    ],
    [
      '100 KiB of headers',
      rawRequest('GET /v1/workers', [HOST, `X: ${'x'.repeat(100_000)}`]),
      [431, 'HEADERS'],
    ],
    [
      '2,000 headers',
      rawRequest('GET /v1/workers', [HOST, ...Array.from({ length: 2000 }, (_, n) => `X${n}: y`)]),
      [431, 'HEADERS'],
    ],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01', [400, 'REQUEST']],
    ['an unknown method', rawRequest('BREW /v1/workers', [HOST]), [400, 'REQUEST']],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 'REQUEST']],
    ['a tunnel', rawRequest('CONNECT 169.254.169.254:80', [HOST]), [405, 'METHOD']],
    [
      'a tunnel with requests behind it',
      rawRequest('CONNECT localhost:80', [HOST]) + get('/healthz').repeat(200),
      [405, 'METHOD'],
    ],
    ['TRACE', rawRequest('TRACE /v1/workers', [HOST]), [405, 'METHOD']],
    ['a forwarded request', get('http://169.254.169.254/latest/meta-data'), [404, 'NO_ROUTE']],
    ['a path with dots', get('/v1/../../etc/passwd'), [404, 'NO_ROUTE']],
    ['an encoded path', get('/v1%2fworkers'), [404, 'NO_ROUTE']],
    [
      'a worker named __proto__',
      rawRequest('DELETE /v1/workers/__proto__', [HOST, TOKEN]),
      [404, 'UNKNOWN_WORKER'],
    ],
    [
      'an id of 129 characters',
      rawRequest(`DELETE /v1/workers/${'w'.repeat(129)}`, [HOST, TOKEN]),
      [404, 'NO_ROUTE'],
    ],
    ['no Host header', get('/v1/models', []), [403, 'HOST']],
    [
      'a wrong token that waits for 100 Continue',
      headOf('POST /v1/workers', [WRONG, NAMED, 'Expect: 100-continue'], 9),
      [403, 'FORBIDDEN'],
    ],
    ['an expectation of its own', rawRequest('TRACE /v1/workers', [HOST, 'Expect: magic']), [405, 'METHOD']],
  ];
