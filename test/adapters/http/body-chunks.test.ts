import { once } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, CONTENT, headOf, open } from '../../helpers/network/large-body.ts';
import { socketServer } from '../../helpers/network/socket-server.ts';
import { testHttp } from '../../helpers/store/test-http.ts';

const MIB = 1024 * 1024;

const sizeOf = (blocks: readonly Uint8Array[]) => blocks.reduce((sum, { length }) => sum + length, 0);

/** A server whose responses end with the connection, which shows where they end. */
async function closingServer() {
  let requests = 0;
  const { url } = await socketServer((socket) => {
    requests += 1;
    socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
  });
  return { url, requests: () => requests };
}

test('a body in chunks is requested once, and its connection is used again', async () => {
  let chunks: readonly number[] = [];
  const { url, connections } = await socketServer(async (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    let at = 0;
    for (const size of [...chunks, CONTENT.length]) {
      const chunk = CONTENT.subarray(at, at + size);
      at += chunk.length;
      if (chunk.length === 0) continue;
      const head = Buffer.from(`${chunk.length.toString(16)};name=value\r\n`);
      if (!socket.write(Buffer.concat([head, chunk, Buffer.from('\r\n')]))) await once(socket, 'drain');
    }
    socket.write('0\r\ntrailer: value\r\n\r\n');
  });
  const http = testHttp();
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: MIB })), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(sizes, async (sent) => {
      chunks = sent;
      const stream = await open(http, url);
      expect(stream.keepable).toBeGreaterThan(0);
      expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
    }),
    { numRuns: 30 },
  );
  expect(connections).toHaveLength(1);
  await http.close();
});

test('a body whose end arrives after its last bytes were read leaves the connection usable', async () => {
  const sockets: Socket[] = [];
  const { url, connections } = await socketServer((socket) => {
    sockets.push(socket);
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nsome\r\n');
  });
  const http = testHttp();
  for (let n = 0; n < 2; n += 1) {
    const body = (await open(http, url)).body[Symbol.asyncIterator]();
    expect(Buffer.from((await body.next()).value as Uint8Array).toString()).toBe('some');
    sockets.at(-1)?.write('0\r\n\r\n');
    expect((await body.next()).done).toBe(true);
  }
  expect(connections).toHaveLength(1);
  await http.close();
});

test.each([
  ['of which one has no size', '4\r\nsome\r\n\r\n'],
  ['of which one has a negative size', '4\r\nsome\r\n-1\r\n'],
  ['of which one is longer than its size', '4\r\nsomething\r\n0\r\n\r\n'],
  ['whose size has no end', `4\r\nsome\r\n1;${'x'.repeat(2000)}`],
  ['whose trailers have no end', `4\r\nsome\r\n0\r\n${'x: y\r\n'.repeat(4000)}`],
])('chunks %s end with an error, after what arrived before', async (_, chunks) => {
  const { url } = await socketServer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`),
  );
  const http = testHttp();
  let text = '';
  const read = async () => {
    for await (const block of (await open(http, url)).body) text += Buffer.from(block).toString();
  };
  await expect(read()).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  expect(text).toBe('some');
  await http.close();
});

test('a response that ends with its connection is requested once more from a server, and read by a complete HTTP client', async () => {
  const { url, requests } = await closingServer();
  const http = testHttp();
  for (let n = 0; n < 3; n += 1) {
    const stream = await open(http, url);
    expect(stream.keepable).toBe(0);
    expect((await bytesOf(stream)).toString()).toBe('all of it');
  }
  expect(requests()).toBe(4);
  await http.close();
});

test('a block that is kept, or in use when its request is aborted, is not used for another response', async () => {
  const { url } = await socketServer((socket, request) => {
    socket.write(headOf(CONTENT.length));
    socket.write(request.startsWith('GET /other') ? Buffer.alloc(CONTENT.length) : CONTENT);
  });
  const http = testHttp();
  const abort = new AbortController();
  const stream = await open(http, url, abort.signal);
  const body = stream.body[Symbol.asyncIterator]();
  const first = await body.next();
  const release = stream.keep();
  const second = await body.next();
  abort.abort();
  await bytesOf(await open(http, `${url}other`));
  const blocks = [first.value as Uint8Array, second.value as Uint8Array];
  expect(Buffer.concat(blocks).equals(CONTENT.subarray(0, sizeOf(blocks)))).toBe(true);
  release();
  await http.close();
});
