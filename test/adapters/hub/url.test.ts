import { expect, test } from 'vitest';
import { hubSources } from '../../../src/adapters/hub/hub-source.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { type Fault, sendContent, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { ggufContent, smallRepo } from '../../helpers/store/store-fixture.ts';
import { testHttp } from '../../helpers/store/test-http.ts';
import { testSource } from '../../helpers/store/test-source.ts';

async function setUp(fault: Fault | null = null) {
  const server = await startModelServer();
  server.fault = fault;
  const source = testSource('url', { endpoint: '' });
  return { server, resolve: (path: string) => source.resolve(parseModelRef(`${server.url}${path}`)) };
}

const content = ggufContent(1000);

test('reads the size from HEAD, and has no hash if none is published', async () => {
  const { server, resolve } = await setUp((request, response) => {
    sendContent(request, response, content);
    return true;
  });
  expect(await resolve('/a/m.gguf#set=chat')).toMatchObject({
    url: `${server.url}/a/m.gguf`,
    set: 'chat',
    files: [{ path: 'm.gguf', bytes: 1000, digest: null }],
  });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'HEAD /a/m.gguf',
    'GET /a/SHA256SUMS',
    'GET /a/m.gguf.sha256',
  ]);
});

test('in a container a URL on loopback is requested from the host, and keeps its identity', async () => {
  const server = await startModelServer();
  server.fault = (request, response) => {
    sendContent(request, response, content);
    return true;
  };
  // nothing listens there
  const url = `${server.url.replace('127.0.0.1', '127.9.9.9')}/m.gguf`;
  const source = testSource('url', { endpoint: '', hostAlias: '127.0.0.1' });
  const model = await source.resolve(parseModelRef(url));
  expect(model).toMatchObject({ ref: url, url });
  expect(source.locate(model, model.files[0]!).url).toBe(`${server.url}/m.gguf`);
});

test.each(['endpoint of the settings', 'HF_ENDPOINT'])(
  'the download link of a file on the Hugging Face hub is requested from the %s',
  async (setting) => {
    const server = await startModelServer();
    const repo = smallRepo();
    server.serve(repo);
    const sources = hubSources({
      http: testHttp(),
      clock: new JumpingClock(),
      random: () => 0,
      hubToken: () => 'hf_secret',
      environment: setting === 'HF_ENDPOINT' ? { HF_ENDPOINT: `${server.url}/` } : {},
      endpoints: setting === 'HF_ENDPOINT' ? {} : { hf: server.url },
    });
    const path = `/acme/tiny/resolve/${repo.commit}/model.safetensors`;
    const ref = parseModelRef(`https://huggingface.co${path}`);
    const source = sources.find((each) => each.source === 'url')!;
    const model = await source.resolve(ref);
    expect(model).toMatchObject({ url: `https://huggingface.co${path}`, files: [{ bytes: 300_000 }] });
    expect(source.locate(model, model.files[0]!)).toEqual({ url: server.url + path, authorization: null });
    const other = { ...model, url: 'https://huggingface.co.example/m.gguf' };
    expect(source.locate(other, model.files[0]!).url).toBe(other.url);
  },
);

test('requests one byte if the server rejects HEAD', async () => {
  const { server, resolve } = await setUp((request, response) => {
    if (request.method === 'HEAD') response.writeHead(405).end();
    else sendContent(request, response, content);
    return true;
  });
  expect((await resolve('/m.gguf')).files[0]?.bytes).toBe(1000);
  expect(server.requests[1]?.headers.range).toBe('bytes=0-0');
});

test('uses the hash of the reference, or the one that the hub publishes', async () => {
  const { server, resolve } = await setUp();
  const repo = smallRepo();
  server.serve(repo);
  const path = `/acme/tiny/resolve/${repo.commit}/model.safetensors`;
  const hex = sha256(repo.files[3]!.content);
  expect((await resolve(path)).files[0]).toEqual({
    path: 'model.safetensors',
    bytes: 300_000,
    digest: { algorithm: 'sha256', hex },
  });
  expect((await resolve(`${path}#sha256=${hex}`)).files[0]?.digest?.hex).toBe(hex);
  await expect(resolve(`${path}#sha256=${'ab'.repeat(32)}`)).rejects.toMatchObject({
    code: 'RMA_CONTENT_HASH_MISMATCH',
    exitCode: 6,
  });
});

test('retries an HTML page instead of the file, then rejects it', async () => {
  const { server, resolve } = await setUp((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': '10' }).end();
    return true;
  });
  await expect(resolve('/m.gguf')).rejects.toMatchObject({ code: 'RMA_CONTENT_HTML', exitCode: 6 });
  expect(server.requests).toHaveLength(4);
});

test.each([
  [404, 'RMA_HUB_NOT_FOUND', 1],
  [401, 'RMA_HUB_UNAUTHORIZED', 4],
  [403, 'RMA_HUB_FORBIDDEN', 4],
] as const)('maps status %i to %s', async (status, code, exitCode) => {
  const { resolve } = await setUp((_, response) => {
    response.writeHead(status).end();
    return true;
  });
  await expect(resolve('/m.gguf')).rejects.toMatchObject({ code, exitCode });
});

test.each([
  [404, 'not found (HTTP 404)', 'check the URL'],
  [401, 'the server denied access to', 'use a signed URL'],
  [403, 'the server denied access to', 'use a signed URL'],
  [429, 'the server is rate limiting', 'retry later'],
])('the error for status %i of a URL speaks of its server, not of a hub and its tokens', async (...row) => {
  const [status, message, hint] = row;
  const { resolve } = await setUp((_, response) => {
    response.writeHead(status, { 'retry-after': '0' }).end();
    return true;
  });
  const error = await resolve('/m.gguf').catch((fault: unknown) => fault);
  expect(error).toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
  expect(JSON.stringify(error)).not.toMatch(/private repositor|hf auth login|--token-file/);
});

test('a gated file of the hub behind a URL is answered with the reference that sends a token', async () => {
  const { resolve } = await setUp((_, response) => {
    response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end();
    return true;
  });
  await expect(resolve('/m.gguf')).rejects.toMatchObject({
    code: 'RMA_HUB_GATED',
    hint: expect.stringMatching(/hf:ORG\/REPO:FILE.*tokens to URLs/),
  });
});

test('rejects a server that reports no size', async () => {
  const { resolve } = await setUp((_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('x');
    return true;
  });
  await expect(resolve('/m.gguf')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
});

test('[case F04] one part of a split model selects all parts, each with its own size and hash', async () => {
  const parts = [1, 2, 3].map((part) => ggufContent(1000 + part));
  const { server, resolve } = await setUp((request, response) => {
    const part = /^\/a%20b\/big-0000(\d)-of-00003\.gguf\?x=1$/.exec(request.path)?.[1];
    const body = parts[Number(part) - 1];
    if (body === undefined) return false;
    response.setHeader('x-linked-etag', `"${sha256(body)}"`);
    sendContent(request, response, body);
    return true;
  });
  const files = parts.map((body, at) => ({
    path: `big-0000${at + 1}-of-00003.gguf`,
    bytes: body.length,
    digest: { algorithm: 'sha256', hex: sha256(body) },
  }));
  const url = `${server.url}/a%20b/big-00001-of-00003.gguf?x=1`;
  expect(await resolve('/a%20b/big-00001-of-00003.gguf?x=1')).toMatchObject({ url, files });
  expect(await resolve('/a%20b/big-00002-of-00003.gguf?x=1')).toMatchObject({ url, files });
  const pinned = `/a%20b/big-00002-of-00003.gguf?x=1#sha256=${sha256(parts[1]!)}`;
  expect(await resolve(pinned)).toMatchObject({ files });
});

test('[case F04] an error names the part that the server lacks', async () => {
  const { server, resolve } = await setUp((request, response) => {
    if (request.path.includes('-00002-')) return false;
    sendContent(request, response, content);
    return true;
  });
  await expect(resolve('/big-00001-of-00002.gguf')).rejects.toMatchObject({
    code: 'RMA_HUB_NOT_FOUND',
    message: expect.stringContaining(`${server.url}/big-00002-of-00002.gguf`),
  });
});
