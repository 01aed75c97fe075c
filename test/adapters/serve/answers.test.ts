import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { PEER_TOKEN, type ServedFolder, serveFolder } from '../../helpers/store/served-store.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { rawRequest, sendRaw } from '../../helpers/worker/raw-request.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const GGUF = `GGUF${'weights '.repeat(50_000)}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const HEX = sha256(GGUF);
const PATH = `/v1/content/sha256/${HEX}`;
const HOST = 'Host: localhost';

/** Creates a store with one file of a URL that publishes no hash. */
async function storeOfOne(): Promise<{ readonly root: string; readonly ref: string }> {
  const hub = await hubForTest({ files: { 'm.gguf': GGUF } });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(`${hub.endpoint}/files/m.gguf`);
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  return { root, ref: model.ref };
}

const get = (served: ServedFolder, path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${served.url}${path}`, { headers });

it('lists its references, and answers one with the hash of each file, also where the source published none', async () => {
  const { root, ref } = await storeOfOne();
  const served = await serveFolder(root);
  expect(await (await get(served, '/v1/models')).json()).toEqual({
    schema: 'rma.served-models/v1',
    models: [{ ref, files: 1, bytes: GGUF.length }],
    bytes: GGUF.length,
  });
  const answer = await get(served, `/v1/models?ref=${encodeURIComponent(ref)}`);
  expect(await answer.json()).toMatchObject({
    schema: 'rma.model/v1',
    model: {
      ref,
      files: [{ path: 'm.gguf', bytes: GGUF.length, digest: { algorithm: 'sha256', hex: HEX } }],
    },
  });
});

describe('content', () => {
  it('is sent whole, in one range, or as headers, with its hash as a strong entity tag', async () => {
    const served = await serveFolder((await storeOfOne()).root);
    const etag = `"sha256:${HEX}"`;
    const whole = await get(served, PATH);
    expect([whole.status, whole.headers.get('etag'), await whole.text()]).toEqual([200, etag, GGUF]);
    for (const [range, part, said] of [
      ['bytes=4-10', GGUF.slice(4, 11), `bytes 4-10/${GGUF.length}`],
      [
        `bytes=${GGUF.length - 3}-`,
        GGUF.slice(-3),
        `bytes ${GGUF.length - 3}-${GGUF.length - 1}/${GGUF.length}`,
      ],
      ['bytes=-5', GGUF.slice(-5), `bytes ${GGUF.length - 5}-${GGUF.length - 1}/${GGUF.length}`],
      [`bytes=0-${10 ** 12}`, GGUF, `bytes 0-${GGUF.length - 1}/${GGUF.length}`],
    ] as const) {
      const answer = await get(served, PATH, { range });
      expect([answer.status, answer.headers.get('content-range'), await answer.text()]).toEqual([
        206,
        said,
        part,
      ]);
    }
    const head = await fetch(`${served.url}${PATH}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(GGUF.length),
      '',
    ]);
  });

  it('is sent whole for several ranges, for other units, and if the client has other content', async () => {
    const served = await serveFolder((await storeOfOne()).root);
    for (const headers of [
      { range: 'bytes=0-1,4-5' },
      { range: 'items=0-1' },
      { range: 'bytes=5-2' },
      { range: 'bytes=0-1', 'if-range': '"other"' },
    ] as const) {
      const answer = await get(served, PATH, headers);
      expect([answer.status, (await answer.text()).length]).toEqual([200, GGUF.length]);
    }
    const same = await get(served, PATH, { range: 'bytes=0-3', 'if-range': `"sha256:${HEX}"` });
    expect([same.status, await same.text()]).toEqual([206, 'GGUF']);
    const beyond = await get(served, PATH, { range: `bytes=${GGUF.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${GGUF.length}`]);
  });

  it('without a valid receipt does not exist: neither a foreign, a changed, nor a linked file', async () => {
    const { root } = await storeOfOne();
    writeFileSync(join(root, 'gguf/default/foreign.gguf'), 'GGUF foreign');
    const outside = join(tempFolder(), 'secret');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(root, 'gguf/default/link.gguf'));
    const served = await serveFolder(root);
    for (const text of ['GGUF foreign', 'secret']) {
      expect((await get(served, `/v1/content/sha256/${sha256(text)}`)).status).toBe(404);
    }
    expect((await get(served, PATH)).status).toBe(200);
    writeFileSync(join(root, 'gguf/default/m.gguf'), GGUF.replace('GGUF', 'GGUX'));
    expect((await get(served, PATH)).status).toBe(404);
    rmSync(join(root, 'gguf/default/m.gguf'));
    symlinkSync(outside, join(root, 'gguf/default/m.gguf'));
    expect((await get(served, PATH)).status).toBe(404);
  });
});

it.each([
  '/../../etc/passwd',
  '/v1/content/sha256/../../../etc/passwd',
  '/v1/content/sha256/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  `/v1/content/sha256/${HEX.toUpperCase()}`,
  `/v1/content/sha256/${HEX}/`,
  `/v1/content/git-sha1/${HEX}`,
  `/v1/content/md5/${HEX}`,
  '/gguf/default/m.gguf',
  '/.rma/receipts',
  'http://169.254.169.254/latest/meta-data',
])('answers %s with 404', async (path) => {
  const { root } = await storeOfOne();
  const { port } = await serveFolder(root);
  expect(await sendRaw(port, rawRequest(`GET ${path}`, [HOST]))).toMatchObject({
    status: 404,
    code: 'RMA_SERVE_NO_ROUTE',
  });
});

it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('does not accept %s', async (method) => {
  const root = tempFolder();
  const { port } = await serveFolder(root);
  const answer = await sendRaw(port, rawRequest(`${method} ${PATH}`, [HOST, 'Content-Length: 2'], 'xx'));
  expect(answer).toMatchObject({ status: 405, code: 'RMA_SERVE_METHOD' });
});

describe('access', () => {
  it('needs the token for everything but its health', async () => {
    const served = await serveFolder(tempFolder(), { token: PEER_TOKEN });
    expect((await get(served, '/healthz')).status).toBe(200);
    for (const path of ['/v1/models', PATH, '/nowhere']) {
      expect((await get(served, path)).status).toBe(401);
      expect((await get(served, path, { authorization: 'Basic eDp5' })).status).toBe(401);
      expect((await get(served, path, { authorization: `Bearer ${PEER_TOKEN}x` })).status).toBe(403);
    }
    expect((await get(served, '/v1/models', { authorization: `Bearer ${PEER_TOKEN}` })).status).toBe(200);
  });

  it('without a token is refused to requests that name another host, as those of a web page do', async () => {
    const { port } = await serveFolder(tempFolder());
    for (const host of ['Host: evil.example', 'Host: 10.1.2.3:7701']) {
      expect(await sendRaw(port, rawRequest('GET /v1/models', [host]))).toMatchObject({
        code: 'RMA_SERVE_HOST',
      });
    }
    expect(await sendRaw(port, rawRequest('GET /v1/models', []))).toMatchObject({ status: 403 });
  });

  it('has no secret and no header in its log', async () => {
    const served = await serveFolder(tempFolder(), { token: PEER_TOKEN });
    await get(served, '/v1/models', { authorization: `Bearer ${PEER_TOKEN}`, cookie: 'a=secret' });
    await get(served, '/v1/models?ref=https://user:secret@host/m.gguf', {
      authorization: `Bearer ${PEER_TOKEN}`,
    });
    await served.close();
    expect(served.lines).toHaveLength(2);
    expect(served.lines.join('\n')).not.toMatch(/secret|token-of/);
  });
});

describe('hostile clients', () => {
  const LIMITS = { headersMs: 300, requestMs: 300, idleMs: 300, paceMs: 300, connections: 4 };

  it('a client that does not read its response is disconnected, and its file closed', async () => {
    const hub = await hubForTest({ files: { 'big.gguf': `GGUF${'x'.repeat(32 * 1024 * 1024)}` } });
    const root = tempFolder();
    const fetcher = testFetcher(root, hub.endpoint);
    const model = await fetcher.resolve(`${hub.endpoint}/files/big.gguf`);
    await fetcher.fetch([model]);
    const hex = sha256(`GGUF${'x'.repeat(32 * 1024 * 1024)}`);
    let onLine = (_: string): void => undefined;
    const logged = new Promise<string>((resolve) => {
      onLine = resolve;
    });
    const { port } = await serveFolder(root, { limits: LIMITS, onLine });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(rawRequest(`GET /v1/content/sha256/${hex}`, [HOST]));
    // the end is seen only by who reads
    await once(socket, 'connect');
    const poll = setInterval(() => socket.write('x'), 50);
    await closed;
    clearInterval(poll);
    expect(await logged).toContain(hex);
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return [];
      }
    });
    expect(open.filter((path) => path.startsWith(root))).toEqual([]);
  });

  it('a request that never ends is answered with 408', async () => {
    const { port } = await serveFolder(tempFolder(), { limits: { ...LIMITS, idleMs: 60_000 } });
    expect(await sendRaw(port, `GET /v1/models HTTP/1.1\r\n${HOST}\r\n`)).toMatchObject({ status: 408 });
  });

  it('idle connections are closed for a new one', async () => {
    const { port, url } = await serveFolder(tempFolder(), {
      limits: { ...LIMITS, idleMs: 60_000, headersMs: 60_000, requestMs: 60_000 },
    });
    const idle = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  it('headers of 100 KiB, and requests without a wait for the response, are refused', async () => {
    const { port } = await serveFolder(tempFolder());
    expect(
      await sendRaw(port, rawRequest('GET /healthz', [HOST, `X: ${'x'.repeat(100_000)}`])),
    ).toMatchObject({ status: 431 });
    const pipelined = await sendRaw(port, rawRequest('GET /v1/models', [HOST]).repeat(50));
    expect(pipelined.text.match(/HTTP\/1.1 200/g)?.length ?? 0).toBeLessThan(2);
  });
});

it('a store that is not there serves nothing, and gets no file', async () => {
  const root = join(tempFolder(), 'missing');
  const served = await serveFolder(root);
  expect(await (await get(served, '/v1/models')).json()).toMatchObject({ models: [] });
  expect((await get(served, PATH)).status).toBe(404);
  mkdirSync(root);
  expect((await get(served, '/v1/models?ref=hf:org/model')).status).toBe(404);
  expect((await get(served, '/v1/models?ref=:')).status).toBe(400);
});
