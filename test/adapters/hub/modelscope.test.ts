import { expect, onTestFinished, test } from 'vitest';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { type Fault, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import { type HubOptions, startHub } from '../../hub/hub.ts';
import { tokenHash } from '../../hub/request-log.ts';

const TOKEN = 'ms-0a1b2c3d-0000-1111-2222-333344445555';
const files = {
  'config.json': '{}\n',
  'model.safetensors': { content: 'weights', lfs: true },
  'pytorch_model.bin': { content: 'other weights', lfs: true },
  'sub/notes.txt': 'notes\n',
};

async function setUp(
  options: HubOptions = { repos: { 'org/model': { files } } },
  token: string | null = null,
) {
  const hub = await startHub({ ...options, tokens: { [TOKEN]: 'alice' } });
  onTestFinished(() => hub.close());
  const source = testSource('ms', { endpoint: `${hub.endpoint}/`, token });
  return { hub, source, resolve: (text: string) => source.resolve(parseModelRef(text)) };
}

/** Starts a hub that answers every listing with this response. */
async function answering(status: number, body: unknown) {
  const server = await startModelServer();
  const fault: Fault = (_, response) => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    return true;
  };
  server.fault = fault;
  const source = testSource('ms', { endpoint: server.url });
  return (text: string) => source.resolve(parseModelRef(text));
}

const listed = (...entries: unknown[]) => ({ Code: 200, Success: true, Data: { Files: entries } });

test('[fail H1] reads paths, sizes and hashes from one listing, without a request per file', async () => {
  const { hub, resolve } = await setUp();
  expect(await resolve('ms:org/model')).toEqual({
    source: 'ms',
    ref: 'ms:org/model',
    repo: 'org/model',
    revision: 'master',
    complete: false,
    copies: { files: 1, bytes: 13, names: ['pytorch_model.bin'] },
    files: [
      { path: 'config.json', bytes: 3, digest: { algorithm: 'sha256', hex: sha256(Buffer.from('{}\n')) } },
      {
        path: 'model.safetensors',
        bytes: 7,
        digest: { algorithm: 'sha256', hex: sha256(Buffer.from('weights')) },
      },
      {
        path: 'sub/notes.txt',
        bytes: 6,
        digest: { algorithm: 'sha256', hex: sha256(Buffer.from('notes\n')) },
      },
    ],
  });
  expect(hub.log.entries().map(({ path, query }) => `${path}?${query}`)).toEqual([
    '/api/v1/models/org/model/repo/files?Revision=master&Recursive=True',
  ]);
});

test('a pattern selects some files, and the revision is sent unchanged', async () => {
  const revisions = { 'feature/x': { files: { 'a.json': '1', 'b.txt': '2' } } };
  const { hub, resolve } = await setUp({ repos: { 'org/model': { files, revisions } } });
  expect(await resolve('ms:org/model@feature/x:*.json')).toMatchObject({
    revision: 'feature/x',
    complete: false,
    files: [{ path: 'a.json' }],
  });
  expect(hub.log.entries()[0]?.query).toBe('Revision=feature%2Fx&Recursive=True');
});

test('completes a truncated listing directory by directory', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 3200 }, (_, at) => [`part-${at % 4}/deep/${at}.txt`, `${at}`]),
  );
  const { resolve } = await setUp({ repos: { 'org/many': { files: { ...many, 'top.txt': 'top' } } } });
  const model = await resolve('ms:org/many');
  expect(model.files).toHaveLength(3201);
  expect(model['complete']).toBe(true);
});

test('rejects a directory with more files than the hub lists', async () => {
  const many = Object.fromEntries(Array.from({ length: 3001 }, (_, at) => [`${at}.txt`, '']));
  const { resolve } = await setUp({ repos: { 'org/flat': { files: many } } });
  await expect(resolve('ms:org/flat')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
});

test.each([
  ['a missing repository', 'ms:org/absent', 'RMA_HUB_NOT_FOUND', 1],
  ['a private repository', 'ms:org/private', 'RMA_HUB_FORBIDDEN', 4],
  ['a missing revision', 'ms:org/model@nope', 'RMA_HUB_REVISION_NOT_FOUND', 1],
  ['a pattern without a match', 'ms:org/model:*.gguf', 'RMA_HUB_NO_MATCH', 1],
] as const)('%s fails with code and exit code', async (...[, ref, code, exitCode]) => {
  const repos = { 'org/model': { files }, 'org/private': { files, private: true } };
  const { resolve } = await setUp({ repos });
  await expect(resolve(ref)).rejects.toMatchObject({ code, exitCode });
});

test.each([
  [200, { Code: 404, Message: 'gone' }, 'RMA_HUB_NOT_FOUND'],
  [200, { Code: 10010205001, Message: 'record not found' }, 'RMA_HUB_NOT_FOUND'],
  [404, { Code: 10990101004, Message: 'no tree' }, 'RMA_HUB_REVISION_NOT_FOUND'],
  [400, { Code: 10010103009, Message: 'token' }, 'RMA_HUB_UNAUTHORIZED'],
  [200, { Code: 10999999999, Message: 'new' }, 'RMA_HUB_BAD_ANSWER'],
  [200, { Message: 'no code' }, 'RMA_HUB_BAD_ANSWER'],
  [200, { Code: 200, Data: {} }, 'RMA_HUB_BAD_ANSWER'],
  [200, '<!doctype html>', 'RMA_HUB_BAD_ANSWER'],
  [401, '', 'RMA_HUB_UNAUTHORIZED'],
  [403, '', 'RMA_HUB_FORBIDDEN'],
  [404, 'not here', 'RMA_HUB_NOT_FOUND'],
  [429, '', 'RMA_HUB_BUSY'],
  [500, { Code: 10010205001 }, 'RMA_HUB_UNREACHABLE'],
])('HTTP %i with %j is %s', async (status, body, code) => {
  const resolve = await answering(status, body);
  await expect(resolve('ms:org/model')).rejects.toMatchObject({ code });
});

test('suggests the token variable of this hub if access is denied', async () => {
  const resolve = await answering(403, '');
  await expect(resolve('ms:org/model')).rejects.toMatchObject({
    hint: expect.stringContaining('MODELSCOPE_API_TOKEN'),
  });
});

test.each(['../../evil', '/etc/evil', 'C:\\evil', 'a\u0000b', 'sub/../../evil'])(
  '[fail X1] rejects a listing with the name %j',
  async (Path) => {
    const resolve = await answering(200, listed({ Path, Type: 'blob', Size: 1, Sha256: 'a'.repeat(64) }));
    await expect(resolve('ms:org/model')).rejects.toMatchObject({
      code: 'RMA_CONTENT_UNSAFE_PATH',
      exitCode: 6,
    });
  },
);

test.each([
  { Path: 'x', Type: 'blob', Size: -1, Sha256: 'a'.repeat(64) },
  { Path: 'x', Type: 'blob', Size: 1, Sha256: '../../x' },
  { Type: 'blob', Size: 1 },
  'x',
])('[fail X2] rejects a listing with the entry %j', async (entry) => {
  const resolve = await answering(200, listed(entry));
  await expect(resolve('ms:org/model')).rejects.toMatchObject({
    code: 'RMA_HUB_BAD_ANSWER',
    hint: expect.stringContaining('MODELSCOPE_ENDPOINT'),
  });
});

test('requests a size that the listing omits, and treats a missing hash as none', async () => {
  const server = await startModelServer();
  server.fault = (request, response) => {
    if (request.path.includes('/repo/files')) {
      response.end(JSON.stringify(listed({ Path: 'a.txt', Type: 'blob' })));
    } else response.writeHead(206, { 'content-range': 'bytes 0-0/12345' }).end('x');
    return true;
  };
  const source = testSource('ms', { endpoint: server.url });
  const model = await source.resolve(parseModelRef('ms:org/model'));
  expect(model.files).toEqual([{ path: 'a.txt', bytes: 12345, digest: null }]);
});

test('[fail X5] sends the token as header and cookie to the hub, and never to the CDN', async () => {
  const repos = { 'org/private': { files, private: true } };
  const { hub, source, resolve } = await setUp({ repos }, TOKEN);
  const model = await resolve('ms:org/private:model.safetensors');
  expect(source.locate(model, { path: 'sub/a b&c?.txt', bytes: 1, digest: null })).toMatchObject({
    url: `${hub.endpoint}/api/v1/models/org/private/repo?Revision=master&FilePath=sub%2Fa+b%26c%3F.txt`,
    authorization: `Bearer ${TOKEN}`,
    cookie: `m_session_id=${TOKEN}`,
  });
  const fetcher = testFetcher(tempFolder(), hub.endpoint, { token: TOKEN });
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
  const seen = hub.log.entries();
  expect(seen.some(({ port }) => port === 'cdn')).toBe(true);
  for (const { port, tokenHash: hash } of seen) {
    expect(hash).toBe(port === 'cdn' ? undefined : tokenHash(TOKEN));
  }
});
