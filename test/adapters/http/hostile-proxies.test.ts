import { expect, onTestFinished, test } from 'vitest';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { type RawResponse, startRawServer } from '../../helpers/network/raw-server.ts';
import { quick } from '../../helpers/store/test-http.ts';

const LOST = 'RMA_HUB_UNREACHABLE';
const LOGIN = 'RMA_PROXY_LOGIN';
const PAGE = '<html>\u001b[2J\u202eAccess denied</html>';

const head = (...lines: readonly string[]) => [...lines, '', ''].join('\r\n');

/** What a proxy answers to CONNECT, what follows, and the code of the error. */
const PROXIES: readonly (readonly [
  what: string,
  sent: string,
  ending: RawResponse['ending'],
  code: string,
])[] = [
  [
    '407 for NTLM',
    head('HTTP/1.1 407 Login', 'Proxy-Authenticate: NTLM', 'Content-Length: 0'),
    'close',
    LOGIN,
  ],
  [
    '407 for Negotiate',
    head('HTTP/1.1 407 Login', 'Proxy-Authenticate: Negotiate', 'Content-Length: 0'),
    'close',
    LOGIN,
  ],
  ['407 for an unknown scheme', head('HTTP/1.1 407 Login', 'Proxy-Authenticate: \u001b[2J'), 'close', LOST],
  ['407 without a scheme', head('HTTP/1.1 407 Login'), 'close', LOGIN],
  ['407 with a body that never ends', head('HTTP/1.1 407 Login', 'Content-Length: 9999'), 'drip', LOGIN],
  ['401', head('HTTP/1.0 401 Unauthorized', 'Content-Type: text/html') + PAGE, 'close', LOGIN],
  ['403 with a page', head('HTTP/1.1 403 Forbidden', 'Content-Type: text/html') + PAGE, 'close', LOST],
  ['502 with an endless page', head('HTTP/1.1 502 Bad Gateway'), 'endless', LOST],
  [
    '302 to a page',
    head('HTTP/1.1 302 Found', 'Location: http://127.0.0.1/', 'Content-Length: 0'),
    'close',
    LOST,
  ],
  ['204 and garbage', head('HTTP/1.1 204 No Content') + PAGE, 'close', LOST],
  ['200 and garbage', head('HTTP/1.1 200 OK') + PAGE, 'close', LOST],
  ['200 and a reset', head('HTTP/1.1 200 OK'), 'reset', LOST],
  ['200 and nothing', head('HTTP/1.1 200 OK'), 'wait', LOST],
  ['100 and nothing', head('HTTP/1.1 100 Continue'), 'wait', LOST],
  ['the greeting of SSH', 'SSH-2.0-OpenSSH_9.2\r\n', 'close', LOST],
  ['nothing', '', 'wait', LOST],
  ['nothing and the end', '', 'close', LOST],
  ['a reset', '', 'reset', LOST],
  ['headers that drip', 'HTTP/1.1 200 OK\r\nA: ', 'drip', LOST],
  ['headers without end', 'HTTP/1.1 200 OK\r\nA: ', 'endless', LOST],
  ['NUL in a header', head('HTTP/1.1 200 OK', 'A: a\0b'), 'close', LOST],
];

test.each(PROXIES)(
  '[case F05] [fail X6] a proxy that answers CONNECT with %s: an error that names it, without its password',
  async (...[, sent, ending, code]) => {
    const { url } = await startRawServer(() => ({ bytes: Buffer.from(sent), ending }));
    const address = url.replace('http://', 'http://me:geheim0123@');
    const http = new UndiciClient({
      ...quick,
      userAgent: 'rma-test',
      attempts: 1,
      connectMs: 300,
      stallMs: 1000,
      proxies: { https_proxy: address },
    });
    onTestFinished(() => http.close());
    const error = await http
      .read({ method: 'GET', url: 'https://hub.test/' })
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code });
    const { message, hint } = error as { message: string; hint?: string };
    expect(`${message} ${hint}`).not.toContain('geheim0123');
    expect(`${message} ${hint}`).not.toContain('Access denied');
  },
);
