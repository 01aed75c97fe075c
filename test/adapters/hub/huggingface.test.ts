import { expect, test } from 'vitest';
import { HF_TOKEN_WAYS } from '../../../src/core/hub/hub-refusal.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { type Fault, gitSha1, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo } from '../../helpers/store/store-fixture.ts';
import { testSource } from '../../helpers/store/test-source.ts';

async function setUp(token: string | null = null) {
  const server = await startModelServer();
  const repo = smallRepo();
  server.serve(repo);
  const source = testSource('hf', { endpoint: `${server.url}/`, token });
  return { server, repo, source, resolve: (text: string) => source.resolve(parseModelRef(text)) };
}

const json = (status: number, body: string, headers: Record<string, string> = {}): Fault => {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
};

test('[fail H1] resolves a branch once and reads sizes and hashes from one listing, without a request per file', async () => {
  const { server, repo, resolve } = await setUp();
  const model = await resolve('hf:acme/tiny');
  expect(model).toMatchObject({ commit: repo.commit, revision: 'main', complete: true, ref: 'hf:acme/tiny' });
  const weights = repo.files[3]!.content;
  expect(model.files.find(({ path }) => path === 'model.safetensors')).toEqual({
    path: 'model.safetensors',
    bytes: weights.length,
    digest: { algorithm: 'sha256', hex: sha256(weights) },
  });
  expect(model.files.find(({ path }) => path === 'README.md')?.digest).toEqual({
    algorithm: 'git-sha1',
    hex: gitSha1(repo.files[0]!.content),
  });
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/api/models/acme/tiny/revision/main',
    `/api/models/acme/tiny/tree/${repo.commit}?recursive=true&expand=false`,
  ]);
});

test('a pattern selects some files and marks the model as incomplete', async () => {
  const { resolve } = await setUp();
  const model = await resolve('hf:acme/tiny:*.json');
  expect(model).toMatchObject({ complete: false, files: [{ path: 'config.json' }] });
});

test('[case F03] reads all pages of a listing from the endpoint, whatever scheme and host the links have', async () => {
  const { server, repo, resolve } = await setUp();
  const page = (path: string) =>
    JSON.stringify([
      { type: 'file', path, size: 1, oid: 'a'.repeat(40) },
      { type: 'directory', path: 'd' },
    ]);
  server.fault = ({ path }, response) => {
    if (!path.includes('/tree/')) return false;
    const next = `/api/models/acme/tiny/tree/${repo.commit}?recursive=true&expand=false&cursor=2`;
    if (path.includes('cursor=3')) response.end(page('three'));
    else if (path.includes('cursor=2')) {
      response
        .writeHead(200, { link: `<${server.cdn}${next.replace('=2', '=3')}>; rel="next"` })
        .end(page('two'));
    } else response.writeHead(200, { link: `<https://hub.invalid${next}>; rel="next"` }).end(page('one'));
    return true;
  };
  expect((await resolve('hf:acme/tiny')).files.map(({ path }) => path)).toEqual(['one', 'two', 'three']);
});

test('[case F03] [fail X5] never requests the next page of a listing from another host', async () => {
  const { server, resolve } = await setUp('hf_secretsecret');
  server.fault = ({ path }, response) => {
    if (!path.includes('/tree/')) return false;
    response.writeHead(200, { link: `<${server.cdn}/next>; rel="next"` }).end('[]');
    return true;
  };
  await expect(resolve('hf:acme/tiny')).rejects.toMatchObject({ code: 'RMA_HUB_NOT_FOUND' });
  expect(server.requests.at(-1)).toMatchObject({ server: 'hub', path: '/next' });
  expect(server.requests.filter(({ server: name }) => name === 'cdn')).toEqual([]);
});

test.each([
  ['is malformed', '<http://[>; rel="next"'],
  ['repeats the page', '<?recursive=true&expand=false>; rel="next"'],
])('[case F03] a listing whose next link %s is an unexpected response', async (_, link) => {
  const { server, resolve } = await setUp();
  server.fault = ({ path }, response) => {
    if (!path.includes('/tree/')) return false;
    response.writeHead(200, { link }).end('[]');
    return true;
  };
  await expect(resolve('hf:acme/tiny')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(server.requests).toHaveLength(2);
});

test('encodes a revision as one path segment', async () => {
  const { server, resolve } = await setUp();
  await expect(resolve('hf:acme/tiny@refs/pr/1')).rejects.toMatchObject({
    code: 'RMA_HUB_REVISION_NOT_FOUND',
  });
  expect(server.requests[0]?.path).toBe('/api/models/acme/tiny/revision/refs%2Fpr%2F1');
});

test.each([
  ['a missing repository', 'hf:acme/absent', null, 'RMA_HUB_NOT_FOUND', 1],
  ['a missing revision', 'hf:acme/tiny@nope', null, 'RMA_HUB_REVISION_NOT_FOUND', 1],
  ['a pattern without a match', 'hf:acme/tiny:*.gguf', null, 'RMA_HUB_NO_MATCH', 1],
  [
    'an anonymous 401',
    'hf:acme/tiny',
    json(401, '', { 'x-error-code': 'RepoNotFound' }),
    'RMA_HUB_UNAUTHORIZED',
    4,
  ],
  ['a gated repository', 'hf:acme/tiny', json(403, '', { 'x-error-code': 'GatedRepo' }), 'RMA_HUB_GATED', 4],
  ['a busy hub', 'hf:acme/tiny', json(429, ''), 'RMA_HUB_BUSY', 1],
  [
    '[case F17] a disabled repository',
    'hf:acme/tiny',
    json(403, '', { 'x-error-code': 'DisabledRepo' }),
    'RMA_HUB_DISABLED',
    4,
  ],
  ['an HTML page', 'hf:acme/tiny', json(200, '<!doctype html>'), 'RMA_HUB_BAD_ANSWER', 1],
  ['a response without a commit', 'hf:acme/tiny', json(200, '{"sha": "main"}'), 'RMA_HUB_BAD_ANSWER', 1],
] as const)('%s fails with code, exit code and hint', async (...[, ref, fault, code, exitCode]) => {
  const { server, resolve } = await setUp();
  server.fault = fault;
  await expect(resolve(ref)).rejects.toMatchObject({ code, exitCode, hint: expect.any(String) });
});

test('suggests the nearest files if a pattern matches none', async () => {
  const { resolve } = await setUp();
  await expect(resolve('hf:acme/tiny:model.gguf')).rejects.toMatchObject({
    hint: expect.stringContaining('model.safetensors'),
  });
});

test.each(['../../evil', '/etc/evil', 'C:\\evil', 'a\u0000b'])(
  '[fail X1] rejects a listing with the name %j',
  async (path) => {
    const { server, resolve } = await setUp();
    server.fault = (request, response) => {
      if (!request.path.includes('/tree/')) return false;
      response.end(JSON.stringify([{ type: 'file', path, size: 1, oid: 'a'.repeat(40) }]));
      return true;
    };
    await expect(resolve('hf:acme/tiny')).rejects.toMatchObject({
      code: 'RMA_CONTENT_UNSAFE_PATH',
      exitCode: 6,
    });
  },
);

test.each([
  [{ type: 'file', path: 'x', size: 1, oid: '../../x' }],
  [{ type: 'file', path: 'x', size: -1, oid: 'a'.repeat(40) }],
  [{ type: 'file', path: 'x', size: 1, oid: 'a'.repeat(40), lfs: { oid: 'sha256:../x', size: 1 } }],
  [{ type: 'file', size: 1, oid: 'a'.repeat(40) }],
  ['x'],
])('[fail X2] rejects a listing with the entry %j', async (entry) => {
  const { server, resolve } = await setUp();
  server.fault = (request, response) => {
    if (!request.path.includes('/tree/')) return false;
    response.end(JSON.stringify([entry]));
    return true;
  };
  await expect(resolve('hf:acme/tiny')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
});

test('locate returns the URL of the file at its commit, with encoded segments and the token for that origin', async () => {
  const { server, source, resolve, repo } = await setUp('hf_secretsecret');
  const model = await resolve('hf:acme/tiny');
  const file = { path: 'sub/a b#1?.txt', bytes: 1, digest: null };
  expect(source.locate(model, file)).toEqual({
    url: `${server.url}/acme/tiny/resolve/${repo.commit}/sub/a%20b%231%3F.txt`,
    authorization: 'Bearer hf_secretsecret',
    tokenWays: HF_TOKEN_WAYS,
  });
  expect(server.requests.every(({ headers }) => headers.authorization === 'Bearer hf_secretsecret')).toBe(
    true,
  );
});
