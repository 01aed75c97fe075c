import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { startHttpProxy } from '../../helpers/network/http-proxy.ts';
import { listening } from '../../helpers/network/listening.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { startSocksProxy } from '../../helpers/network/socks-proxy.ts';
import { quick } from '../../helpers/store/test-http.ts';

const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
const CA = privateCa(DIR);
const CERTIFICATE = CA.issue('hub.test', '127.0.0.1', 'localhost');
const LOGIN = 'me:p@ss/w#rd';
const ENCODED = 'me:p%40ss%2Fw%23rd';

const answer: Parameters<typeof createServer>[1] = (request, response) =>
  response.end(`${request.headers.host}${request.url}`);
const plainHub = () => listening(createServer(answer));
const secureHub = () => listening(createTlsServer(CERTIFICATE, answer));

const clientWith = (proxies: Readonly<Record<string, string>>) =>
  new UndiciClient({
    ...quick,
    userAgent: 'rma-test',
    attempts: 1,
    connectMs: 5000,
    proxies,
    certificates: () => readFileSync(CA.file, 'utf8'),
  });
const read = async (url: string, proxies: Readonly<Record<string, string>>) =>
  (await clientWith(proxies).read({ method: 'GET', url })).text;

test('[case F07] sends a plain request to an HTTP proxy as a whole URL, not as a tunnel', async () => {
  const proxy = await startHttpProxy({ to: await plainHub(), refuses: 403 });
  expect(await read('http://hub.test:8080/a?b=c', { http_proxy: `http://127.0.0.1:${proxy.port}` })).toBe(
    'hub.test:8080/a?b=c',
  );
  expect(proxy.seen).toEqual(['GET http://hub.test:8080/a?b=c']);
});

test('[case F05] [case F07] sends the login with a plain request', async () => {
  const proxy = await startHttpProxy({ to: await plainHub(), login: LOGIN });
  expect(await read('http://hub.test/a', { ALL_PROXY: `${ENCODED}@127.0.0.1:${proxy.port}` })).toBe(
    'hub.test/a',
  );
});

test.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'HTTP_PROXY'])(
  '[case F05] opens a tunnel with the login in %s',
  async (variable) => {
    const proxy = await startHttpProxy({ to: await secureHub(), login: LOGIN });
    const proxies = { [variable]: `http://${ENCODED}@127.0.0.1:${proxy.port}` };
    expect(await read('https://hub.test/a', proxies)).toBe('hub.test/a');
    expect(proxy.seen).toEqual(['CONNECT hub.test:443']);
  },
);

test.each(['http', 'https'])('[case F05] reaches an %s hub through a proxy over TLS', async (scheme) => {
  const to = scheme === 'http' ? await plainHub() : await secureHub();
  const proxy = await startHttpProxy({ to, login: LOGIN, certificate: CERTIFICATE });
  const env = { ALL_PROXY: `https://${ENCODED}@127.0.0.1:${proxy.port}` };
  expect(await read(`${scheme}://hub.test/a`, env)).toBe('hub.test/a');
});

test.each([
  ['https://hub.test/', `me:geheim@`, 'rejected the login'],
  ['https://hub.test/', '', 'requires a login'],
  ['http://hub.test/', `me:geheim@`, 'rejected the login'],
  ['http://hub.test/', '', 'requires a login'],
])(
  '[case F05] %s through a proxy with the login "%s": the error names the variable',
  async (...[url, login, what]) => {
    const proxy = await startHttpProxy({ to: 1, login: LOGIN });
    const asked = read(url, { ALL_PROXY: `http://${login}127.0.0.1:${proxy.port}` });
    await expect(asked).rejects.toMatchObject({
      code: 'RMA_PROXY_LOGIN',
      exitCode: 4,
      message: `the proxy http://127.0.0.1:${proxy.port} ${what}`,
      hint: expect.stringContaining('USER:PASSWORD@ before the host in ALL_PROXY'),
    });
  },
);

test('[case F05] a proxy that refuses the tunnel is named with its variable', async () => {
  const proxy = await startHttpProxy({ to: 1, refuses: 403 });
  await expect(
    read('https://hub.test/', { https_proxy: `me:geheim@127.0.0.1:${proxy.port}` }),
  ).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: `the proxy http://127.0.0.1:${proxy.port} (https_proxy) refused the connection to hub.test:443 (HTTP 403)`,
  });
});

test.each(['http://hub.test/', 'https://hub.test/'])(
  '[case F05] [case F09] %s: a proxy that is down is named with its variable',
  async (url) => {
    const gone = createTcpServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    for (const scheme of ['http', 'https', 'socks5']) {
      const asked = read(url, { ALL_PROXY: `${scheme}://me:geheim@127.0.0.1:${port}` });
      const message = `the connection to the proxy ${scheme}://127.0.0.1:${port} (ALL_PROXY) failed: `;
      await expect(asked).rejects.toMatchObject({
        code: 'RMA_HUB_UNREACHABLE',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('ALL_PROXY'),
      });
    }
  },
);

test.each(['socks5', 'socks5h', 'socks'])(
  '[case F09] reaches hubs through a %s proxy, which resolves names',
  async (scheme) => {
    const plain = await startSocksProxy({ to: await plainHub() });
    const secure = await startSocksProxy({
      to: await secureHub(),
      login: { user: 'me', password: 'p@ss/w#rd' },
    });
    expect(await read('http://hub.test:81/a', { ALL_PROXY: `${scheme}://127.0.0.1:${plain.port}` })).toBe(
      'hub.test:81/a',
    );
    expect(
      await read('https://hub.test/a', { https_proxy: `${scheme}://${ENCODED}@127.0.0.1:${secure.port}` }),
    ).toBe('hub.test/a');
    expect([plain.seen, secure.seen]).toEqual([['hub.test:81'], ['hub.test:443']]);
  },
);

test('[case F09] sends addresses to a SOCKS proxy as addresses', async () => {
  const proxy = await startSocksProxy({ to: await plainHub() });
  const env = { ALL_PROXY: `socks5://127.0.0.1:${proxy.port}` };
  await read('http://10.1.2.3/', env);
  await read('http://[fd00::1:2]:8080/', env);
  expect(proxy.seen).toEqual(['10.1.2.3:80', '253.0.0.0.0.0.0.0.0.0.0.0.0.1.0.2:8080']);
});

test('[case F09] a SOCKS proxy that refuses is named with its reason', async () => {
  const login = { user: 'me', password: 'other' };
  const locked = await startSocksProxy({ to: 1, login });
  const strict = await startSocksProxy({ to: 1, reply: 2 });
  for (const user of ['', 'me:geheim@']) {
    await expect(
      read('https://hub.test/', { ALL_PROXY: `socks5://${user}127.0.0.1:${locked.port}` }),
    ).rejects.toMatchObject({ code: 'RMA_PROXY_LOGIN', hint: expect.stringContaining('ALL_PROXY') });
  }
  await expect(
    read('https://hub.test/', { ALL_PROXY: `socks5://127.0.0.1:${strict.port}` }),
  ).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: `the proxy socks5://127.0.0.1:${strict.port} (ALL_PROXY) cannot connect to hub.test:443: connection not allowed by its rules`,
  });
});

test('[case F09] a server that does not speak SOCKS is an error, not a hang', async () => {
  const port = await plainHub();
  await expect(read('https://hub.test/', { ALL_PROXY: `socks5://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringContaining('ALL_PROXY'),
  });
});

test('[case F09] an unsupported scheme is an error with the name of the variable', async () => {
  await expect(read('https://hub.test/', { HTTPS_PROXY: 'socks4://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'RMA_PROXY_INVALID',
    message: 'HTTPS_PROXY has the unsupported scheme "socks4"',
  });
});
