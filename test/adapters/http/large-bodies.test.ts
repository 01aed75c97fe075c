import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readCertificates } from '../../../src/adapters/http/read-certificates.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { startHttpProxy } from '../../helpers/network/http-proxy.ts';
import { bytesOf, CONTENT, headOf, open } from '../../helpers/network/large-body.ts';
import { listening } from '../../helpers/network/listening.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { socketServer } from '../../helpers/network/socket-server.ts';
import { quick, testHttp } from '../../helpers/store/test-http.ts';

const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));

const MIB = 1024 * 1024;

test('a large body arrives in blocks, whatever the pieces in which it is sent', async () => {
  let pieces: readonly number[] = [];
  const { url } = await socketServer(async (socket) => {
    const all = Buffer.concat([Buffer.from(headOf(CONTENT.length)), CONTENT]);
    let at = 0;
    for (const piece of pieces) {
      if (!socket.write(all.subarray(at, at + piece))) await once(socket, 'drain');
      at += piece;
    }
    socket.write(all.subarray(at));
  });
  const http = testHttp();
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: MIB })), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(sizes, async (sent) => {
      pieces = sent;
      const stream = await open(http, url);
      expect(stream.keepable).toBeGreaterThan(0);
      expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
    }),
    { numRuns: 30 },
  );
  await http.close();
});

test('requests one after the other share a connection', async () => {
  const { url, connections } = await socketServer((socket, request) => {
    const isRedirect = request.startsWith('GET / ');
    const head = 'HTTP/1.1 302 Found\r\nlocation: /file\r\ncontent-length: 2\r\n\r\nhi';
    socket.write(isRedirect ? head : headOf(CONTENT.length));
    if (!isRedirect) socket.write(CONTENT);
  });
  const http = testHttp();
  for (let n = 0; n < 3; n += 1) expect((await bytesOf(await open(http, url))).equals(CONTENT)).toBe(true);
  // those after a redirect have one of their own, because they may not reach all that others may
  expect(connections).toHaveLength(2);
  await http.close();
});

test('closing a response that was read does not disturb the next one on its connection', async () => {
  const { url, connections } = await socketServer((socket) => socket.write(headOf(CONTENT.length)));
  const http = testHttp();
  const first = await open(http, url);
  connections[0]?.write(CONTENT);
  await bytesOf(first);
  const second = await open(http, url);
  first.close();
  connections[0]?.write(CONTENT);
  expect((await bytesOf(second)).equals(CONTENT)).toBe(true);
  expect(connections).toHaveLength(1);
  await http.close();
});

test('two requests at once have a connection each', async () => {
  const { url, connections } = await socketServer((socket) => socket.write(headOf(CONTENT.length)));
  const http = testHttp();
  const streams = await Promise.all([open(http, url), open(http, url)]);
  for (const socket of connections) socket.write(CONTENT);
  for (const stream of streams) expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
  expect(connections).toHaveLength(2);
  await http.close();
});

test('a connection that the server closed while it was idle is replaced', async () => {
  const { url, connections } = await socketServer((socket) =>
    socket.write(Buffer.concat([Buffer.from(headOf(2)), Buffer.from('ok')])),
  );
  const http = testHttp();
  expect((await bytesOf(await open(http, url))).toString()).toBe('ok');
  const [first] = connections;
  if (first !== undefined) await once(first.end(), 'close');
  expect((await bytesOf(await open(http, url))).toString()).toBe('ok');
  expect(connections).toHaveLength(2);
  await http.close();
});

test('a connection with bytes after the body is not used again', async () => {
  const { url, connections } = await socketServer((socket) => socket.write(`${headOf(2)}ok and more`));
  const http = testHttp();
  for (let n = 0; n < 2; n += 1) expect((await bytesOf(await open(http, url))).toString()).toBe('ok');
  expect(connections).toHaveLength(2);
  await http.close();
});

test('what arrived before a connection breaks is read, then the error is thrown', async () => {
  const { url } = await socketServer((socket) => {
    socket.write(headOf(CONTENT.length));
    socket.end(CONTENT.subarray(0, MIB));
  });
  const http = testHttp();
  let received = 0;
  const read = async () => {
    for await (const block of (await open(http, url)).body) received += block.length;
  };
  await expect(read()).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  expect(received).toBe(MIB);
  await http.close();
});

test.each([
  ['head', ''],
  ['body', headOf(CONTENT.length)],
])(
  'a server that is silent before the %s ends with the stall error, and an abort with its reason',
  async (_, sent) => {
    const { url, connections } = await socketServer((socket) => socket.write(sent));
    const http = testHttp(100);
    const read = async (signal?: AbortSignal) => bytesOf(await open(http, url, signal));
    await expect(read()).rejects.toThrow('no data received before the timeout');
    await expect(read(AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(read(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    await Promise.all(connections.map((socket) => socket.destroyed || once(socket, 'close')));
    await http.close();
  },
);

test('a document is complete even if it is requested as a large body', async () => {
  const { url } = await socketServer((socket) =>
    socket.write(Buffer.concat([Buffer.from(headOf(CONTENT.length)), CONTENT])),
  );
  const http = testHttp();
  expect((await http.read({ method: 'GET', url, inBlocks: true })).text === CONTENT.toString()).toBe(true);
  await http.close();
});

test('a slow body is read before a block is full', async () => {
  const { url, connections } = await socketServer((socket) => socket.write(`${headOf(9)}first`));
  const http = testHttp();
  const blocks: string[] = [];
  for await (const block of (await open(http, url)).body) {
    blocks.push(Buffer.from(block).toString());
    if (blocks.length === 1) connections[0]?.write('last');
  }
  expect(blocks).toEqual(['first', 'last']);
  await http.close();
});

test('[fail D5] a server waits while its bytes are not taken', async () => {
  const size = 64 * MIB;
  let sent = 0;
  const { url } = await socketServer(async (socket) => {
    socket.write(headOf(size));
    for (; sent < size; sent += MIB) if (!socket.write(Buffer.alloc(MIB))) await once(socket, 'drain');
  });
  const http = testHttp();
  let received = 0;
  for await (const block of (await open(http, url)).body) {
    received += block.length;
    // lets everything arrive that is on its way
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sent - received).toBeLessThan(20 * MIB);
  }
  expect(received).toBe(size);
  await http.close();
});

test('a body over TLS arrives the same way, and only from a server that is trusted', async () => {
  const ca = privateCa(DIR);
  const server = createHttpsServer(ca.issue('localhost'), (_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
  });
  const url = `https://localhost:${await listening(server)}/`;
  const certificates = () => readCertificates([{ path: ca.file, origin: 'SSL_CERT_FILE' }]);
  const http = new UndiciClient({ ...quick, userAgent: 'rma-test', certificates });
  for (let n = 0; n < 3; n += 1) {
    const stream = await open(http, url);
    expect(stream.keepable).toBeGreaterThan(0);
    expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
  }
  await expect(open(testHttp(), url)).rejects.toMatchObject({ code: 'RMA_HUB_UNTRUSTED_CERTIFICATE' });
  await http.close();
});

test('through a proxy a large body is received by the complete HTTP client', async () => {
  const { url } = await socketServer((socket) => socket.write(`${headOf(2)}ok`));
  const proxy = await startHttpProxy({ to: Number(new URL(url).port) });
  const http = new UndiciClient({
    ...quick,
    userAgent: 'rma-test',
    proxies: { http_proxy: `http://127.0.0.1:${proxy.port}` },
  });
  const stream = await open(http, 'http://hub.test/');
  expect(stream.keepable).toBe(0);
  expect((await bytesOf(stream)).toString()).toBe('ok');
  await http.close();
});
