import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { readCertificates } from '../../../src/adapters/http/read-certificates.ts';
import { type HttpOptions, UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { bytesOf, CONTENT, open } from '../../helpers/network/large-body.ts';
import { listening } from '../../helpers/network/listening.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { quick } from '../../helpers/store/test-http.ts';

const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
const CA = privateCa(DIR);
const CERTIFICATE = CA.issue('localhost');
const FINGERPRINT = new X509Certificate(CERTIFICATE.cert).fingerprint256.replaceAll(':', '').toLowerCase();

const client = (options: Partial<HttpOptions> = {}) =>
  new UndiciClient({
    ...quick,
    userAgent: 'rma-test',
    certificates: () => readCertificates([{ path: CA.file, origin: 'SSL_CERT_FILE' }]),
    ...options,
  });

/** An HTTPS server with the content, and whether each of its connections resumed the session of an earlier one. */
async function contentServer(version: SecureVersion = 'TLSv1.3') {
  const resumed: boolean[] = [];
  let requests = 0;
  const server = createHttpsServer({ ...CERTIFICATE, maxVersion: version }, (_, response) => {
    requests += 1;
    response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
  });
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  return { url: `https://localhost:${await listening(server)}/`, resumed, requests: () => requests };
}

/** A server that accepts connections and never answers. */
async function silentServer() {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket.on('error', () => undefined).resume());
  });
  return { url: `https://localhost:${await listening(server)}/`, connections, server };
}

test.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])(
  'a second connection to a server resumes the %s session of the first one',
  async (version) => {
    const { url, resumed } = await contentServer(version);
    const http = client();
    await bytesOf(await open(http, url));
    const streams = await Promise.all([open(http, url), open(http, url)]);
    for (const stream of streams) expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
    expect(resumed).toEqual([false, true]);
    await http.close();
  },
);

test('a server with the expected fingerprint receives requests, over new sessions only', async () => {
  const { url, resumed } = await contentServer();
  const http = client({ fingerprint: FINGERPRINT });
  for (let n = 0; n < 2; n += 1) {
    const streams = await Promise.all([open(http, url), open(http, url)]);
    for (const stream of streams) {
      expect(stream.keepable).toBeGreaterThan(0);
      expect((await bytesOf(stream)).equals(CONTENT)).toBe(true);
    }
  }
  expect(resumed).toEqual([false, false]);
  await http.close();
});

test('a server with another fingerprint gets no request', async () => {
  const { url, requests } = await contentServer();
  const http = client({ fingerprint: 'ab'.repeat(32) });
  await expect(open(http, url)).rejects.toMatchObject({ code: 'RMA_PEER_FINGERPRINT' });
  expect(requests()).toBe(0);
  await http.close();
});

test('a server that does not answer a connection ends with a timeout', async () => {
  const { url, connections } = await silentServer();
  const http = client({ connectMs: 100 });
  await expect(open(http, url)).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  await Promise.all(connections.map((socket) => socket.destroyed || once(socket, 'close')));
  expect(connections.length).toBeGreaterThan(0);
  await http.close();
});

test('an abort while a connection is made ends with its reason, and closes the connection once it is there', async () => {
  const { server, url, connections } = await silentServer();
  const http = client({ connectMs: 500 });
  const abort = new AbortController();
  server.once('connection', () => abort.abort(new Error('stop')));
  await expect(open(http, url, abort.signal)).rejects.toThrow('stop');
  await Promise.all(connections.map((socket) => socket.destroyed || once(socket, 'close')));
  expect(connections.length).toBeGreaterThan(0);
  await http.close();
});

const SURPLUS = 'x'.repeat(256 * 1024);

test.each([
  ['a body of a known size', `content-length: 4\r\n\r\nsome${SURPLUS}`, null],
  ['a body in chunks', `transfer-encoding: chunked\r\n\r\n4\r\nsome${SURPLUS}`, 'RMA_HUB_UNREACHABLE'],
])('bytes that belong to no response after %s end only its connection', async (_, response, code) => {
  const server = createTlsServer(CERTIFICATE, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\n${response}`));
  });
  const url = `https://localhost:${await listening(server)}/`;
  const http = client();
  for (let n = 0; n < 2; n += 1) {
    let text = '';
    let fault: unknown = null;
    try {
      for await (const block of (await open(http, url)).body) text += Buffer.from(block).toString();
    } catch (error) {
      fault = error;
    }
    expect(text).toBe('some');
    if (code === null) expect(fault).toBe(null);
    else expect(fault).toMatchObject({ code });
  }
  await http.close();
});
