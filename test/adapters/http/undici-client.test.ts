import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { StallGuard } from '../../../src/adapters/http/stall-guard.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { testHttp } from '../../helpers/store/test-http.ts';

async function serve(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly local: string; readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, local: `http://localhost:${port}`, server };
}

async function bodyOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('[fail X5] sends a token only to its own origin, and not again after a redirect elsewhere', async () => {
  const seen: (string | undefined)[] = [];
  const cdn = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: `${hub.url}/again` }).end();
  });
  const hub = await serve((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url === '/start') response.writeHead(302, { location: '/same' }).end();
    else if (request.url === '/same') response.writeHead(302, { location: `${cdn.url}/x` }).end();
    else response.end('done');
  });
  const answer = await testHttp().open({
    method: 'GET',
    url: `${hub.url}/start`,
    authorization: 'Bearer secret',
  });
  expect(await bodyOf(answer.body)).toBe('done');
  expect(seen).toEqual(['Bearer secret', 'Bearer secret', undefined, undefined]);
  expect(answer.hops.map(({ status }) => status)).toEqual([302, 302, 302, 200]);
  expect(answer.url).toBe(`${hub.url}/again`);
});

test('[fail X5] treats another port or host name of the same machine as another origin', async () => {
  const seen: (string | undefined)[] = [];
  const hub = await serve((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url === '/start') response.writeHead(307, { location: `${hub.local}/end` }).end();
    else response.end();
  });
  const answer = await testHttp().read({
    method: 'GET',
    url: `${hub.url}/start`,
    authorization: 'Bearer secret',
  });
  expect(answer.status).toBe(200);
  expect(seen).toEqual(['Bearer secret', undefined]);
});

test('[case F25] a redirect whose body never ends is followed without waiting for the timeout', async () => {
  const { url } = await serve(({ url: path }, response) => {
    if (path === '/file') response.end('content');
    else response.writeHead(302, { location: '/file', 'content-length': 9999 }).write('<');
  });
  // longer than the test may take
  const http = testHttp(600_000);
  expect((await http.read({ method: 'GET', url: `${url}/` })).text).toBe('content');
});

test('rejects more than five redirects', async () => {
  let count = 0;
  const { url } = await serve((_, response) => {
    count += 1;
    response.writeHead(302, { location: `/${count}` }).end();
  });
  await expect(testHttp().open({ method: 'GET', url })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
  });
  expect(count).toBe(6);
});

test('requests no content encoding', async () => {
  let coding: string | undefined;
  const { url } = await serve((request, response) => {
    coding = request.headers['accept-encoding'];
    response.end();
  });
  await testHttp().read({ method: 'GET', url });
  expect(coding).toBe('identity');
});

test('[fail S1] times out if a server accepts and never responds', async () => {
  const { url } = await serve(() => undefined);
  await expect(testHttp(50).open({ method: 'GET', url })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringContaining('no data received'),
  });
});

test('[fail S5] times out if a body stalls on an open connection', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half');
  });
  const whole = async () => bodyOf((await testHttp(50).open({ method: 'GET', url })).body);
  await expect(whole()).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
});

test('[fail S5] counts stall time only while waiting for bytes, not while the reader is busy', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const guard = new StallGuard(1000, undefined);
  guard.arm();
  vi.advanceTimersByTime(900);
  guard.disarm();
  vi.advanceTimersByTime(5000);
  expect(guard.stalled).toBe(false);
  guard.arm();
  vi.advanceTimersByTime(900);
  expect(guard.stalled).toBe(false);
  vi.advanceTimersByTime(200);
  expect(guard.stalled).toBe(true);
  expect(guard.signal.aborted).toBe(true);
});

test('an abort rejects with its own reason', async () => {
  const { url } = await serve(() => controller.abort(new Error('enough')));
  const controller = new AbortController();
  await expect(testHttp().open({ method: 'GET', url, signal: controller.signal })).rejects.toThrow('enough');
});

test('reports a refused connection', async () => {
  const { url, server } = await serve(() => undefined);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await expect(testHttp().read({ method: 'GET', url })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    exitCode: 1,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ ratelimit: '"api";r=0;t=14' }, 14_000],
])(
  '[case F10] [fail H1] repeats a 429 with %j after that time, and reports the wait',
  async (headers, ms) => {
    let count = 0;
    const { url } = await serve((_, response) => {
      count += 1;
      if (count < 3) response.writeHead(429, headers).end();
      else response.end('ok');
    });
    const clock = new JumpingClock();
    const waits: unknown[] = [];
    const http = new UndiciClient({
      clock,
      random: () => 0,
      userAgent: 'rma-test',
      onWait: (wait) => waits.push(wait),
    });
    expect((await http.read({ method: 'GET', url })).text).toBe('ok');
    expect(clock.sleeps).toEqual([ms, ms]);
    const wait = { host: new URL(url).host, status: 429, ms };
    expect(waits).toEqual([wait, wait]);
  },
);

test('retries server errors a limited number of times, and client errors never', async () => {
  const counts = new Map<string, number>();
  const { url } = await serve((request, response) => {
    const path = request.url ?? '';
    counts.set(path, (counts.get(path) ?? 0) + 1);
    response.writeHead(Number(path.slice(1))).end();
  });
  const http = new UndiciClient({
    clock: new JumpingClock(),
    random: () => 0,
    userAgent: 'rma-test',
    attempts: 4,
  });
  for (const status of [401, 403, 404, 503]) {
    expect((await http.read({ method: 'GET', url: `${url}/${status}` })).status).toBe(status);
  }
  expect(Object.fromEntries(counts)).toEqual({ '/401': 1, '/403': 1, '/404': 1, '/503': 4 });
});

test('uses a proxy for remote hosts, but not for this machine', async () => {
  const proxied: string[] = [];
  const proxy = await serve(() => undefined);
  proxy.server.on('connect', (request, socket) => {
    proxied.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  const { url } = await serve((_, response) => response.end('direct'));
  const http = new UndiciClient({
    clock: new JumpingClock(),
    random: () => 0,
    userAgent: 'rma-test',
    attempts: 1,
    proxies: { HTTPS_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '.inside.test' },
  });
  expect((await http.read({ method: 'GET', url })).text).toBe('direct');
  await expect(http.read({ method: 'GET', url: 'https://hub.test/x' })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
  });
  expect(proxied).toEqual(['hub.test:443']);
});

test('waits for a connection to the host of each request of a chain, and lets the next request have it when it is free', async () => {
  const cdn = await serve((_, response) => response.end('done'));
  const hub = await serve((_, response) => response.writeHead(302, { location: cdn.local }).end());
  const seen: string[] = [];
  const turn = async (url: string) => {
    const { hostname } = new URL(url);
    seen.push(`enter ${hostname}`);
    return () => void seen.push(`leave ${hostname}`);
  };
  const answer = await testHttp().open({ method: 'GET', url: hub.url, turn });
  expect(seen).toEqual(['enter 127.0.0.1', 'leave 127.0.0.1', 'enter localhost']);
  expect(await bodyOf(answer.body)).toBe('done');
  answer.close();
  expect(seen.slice(3)).toEqual(['leave localhost']);
  const again = await answer.again({});
  again.close();
  expect(seen.slice(4)).toEqual(['enter localhost', 'leave localhost']);
});

test('releases a slot when the request fails', async () => {
  const { url, server } = await serve(() => undefined);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const left: string[] = [];
  const turn = async (to: string) => () => void left.push(to);
  await expect(testHttp().open({ method: 'GET', url, turn })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
  });
  expect(left).toEqual([url]);
});
