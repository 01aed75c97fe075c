import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { patternContent } from '../hub/content.ts';
import type { Fault } from '../hub/faults.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const TOKEN = 'hf_lookedForEverywhere0123';
const GGUF = tinyGguf();
const MODEL = 'hf:org/model:*.gguf';

let dir = '';
let store = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  hub = await startHub({
    repos: {
      'org/model': { files: { 'model.gguf': GGUF, 'config.json': '{}' } },
      'org/gated': { files: { 'model.gguf': GGUF }, gated: true, readers: ['bob'] },
      'org/private': { files: { 'model.gguf': GGUF }, private: true, readers: ['bob'] },
      'org/fake': { files: { 'model.gguf': patternContent(50_000) } },
    },
    files: { 'fake.gguf': patternContent(50_000) },
    tokens: { [TOKEN]: 'alice' },
  });
  onTestFinished(() => hub.close());
});

interface PullOptions {
  readonly token?: string;
  readonly json?: boolean;
  readonly endpoint?: string;
}

async function pull(model: string, { token, json = false, endpoint = hub.endpoint }: PullOptions = {}) {
  const given = token === undefined ? [] : ['--token-file', join(dir, 'token')];
  if (token !== undefined) await writeFile(join(dir, 'token'), token);
  const argv = ['models', 'pull', model, '--dest', store, '--quiet', ...given, ...(json ? ['--json'] : [])];
  return runRma(argv, { cwd: dir, env: { HOME: dir, HF_ENDPOINT: endpoint } });
}

/** Returns the files that readers of the store could treat as a model. */
async function published(): Promise<readonly string[]> {
  const names = await readdir(store, { recursive: true }).catch(() => []);
  return names.filter((name) => !name.startsWith('.rma') && /\.gguf$|blobs\/.|snapshots\/./.test(name));
}

describe('an error of the hub is reported before anything is written:', () => {
  it.each([
    ['no such repository', 'hf:org/none', TOKEN, 1, 'RMA_HUB_NOT_FOUND', 'org/none'],
    ['no such revision', 'hf:org/model@v9', undefined, 1, 'RMA_HUB_REVISION_NOT_FOUND', '"v9"'],
    ['no such file', 'hf:org/model:modle.gguf', undefined, 1, 'RMA_HUB_NO_MATCH', 'model.gguf'],
    ['a wrong token', 'hf:org/model', 'hf_wrong', 4, 'RMA_HUB_UNAUTHORIZED', 'hf auth whoami'],
    [
      'a private repository without a token',
      'hf:org/private',
      undefined,
      4,
      'RMA_HUB_UNAUTHORIZED',
      '--token-file',
    ],
  ] as const)('%s', async (...[, model, token, exitCode, code, words]) => {
    await mkdir(store);
    const given = token === undefined ? {} : { token };
    expectFault(await pull(model, given), { exitCode, code, words: [words] });
    expectFault(await pull(model, { ...given, json: true }), { exitCode, code, words: [words], json: true });
    expect(await readdir(store)).toEqual([]);
    expect(hub.log.contentRequests()).toEqual([]);
  });

  it('access denied (403)', async () => {
    hub.faults.add({ kind: 'status', status: 403, path: '/api/*' });
    expectFault(await pull('hf:org/model', { token: TOKEN }), {
      exitCode: 4,
      code: 'RMA_HUB_FORBIDDEN',
      words: ['org/model'],
    });
    expect(await readdir(dir)).toEqual(['token']);
  });

  it('connection refused', async () => {
    const fault = {
      exitCode: 1,
      code: 'RMA_HUB_UNREACHABLE',
      words: ['127.0.0.1:1', 'ECONNREFUSED'],
    } as const;
    const [text, json] = await Promise.all([
      pull(MODEL, { endpoint: 'http://127.0.0.1:1' }),
      pull(MODEL, { endpoint: 'http://127.0.0.1:1', json: true }),
    ]);
    expectFault(text, fault);
    expectFault(json, { ...fault, json: true });
    expect(await readdir(dir)).toEqual([]);
  });

  it('an unknown host', async () => {
    const ended = await pull(MODEL, { endpoint: 'https://hub.invalid' });
    expectFault(ended, { exitCode: 1, code: 'RMA_HUB_UNREACHABLE', words: ['hub.invalid'] });
    expect(await readdir(dir)).toEqual([]);
  });

  it.each([
    ['../outside.gguf'],
    ['a/../../outside.gguf'],
    ['/etc/outside.gguf'],
    ['a\0b.gguf'],
    ['a\\b.gguf'],
  ])('an unsafe file name: %j', async (as) => {
    hub.faults.add({ kind: 'list-as', as, path: '*model.gguf' });
    const fault = { exitCode: 6, code: 'RMA_CONTENT_UNSAFE_PATH', words: ['org/model', JSON.stringify(as)] };
    expectFault(await pull('hf:org/model'), fault);
    expectFault(await pull('hf:org/model', { json: true }), { ...fault, json: true });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('wrong content fails with exit code 6 and is never published:', () => {
  const cases: readonly (readonly [string, string, Fault, string, number])[] = [
    [
      'content that does not match the hash',
      MODEL,
      { kind: 'flip-byte', path: '*model.gguf' },
      'RMA_CONTENT_HASH_MISMATCH',
      1,
    ],
    [
      'a hash that does not match the content',
      MODEL,
      { kind: 'wrong-hash', path: '*model.gguf' },
      'RMA_CONTENT_HASH_MISMATCH',
      1,
    ],
    ['an HTML page', MODEL, { kind: 'html', path: '*model.gguf' }, 'RMA_CONTENT_HTML', 4],
  ];
  it.each(cases)('%s', async (...[, model, fault, code, requests]) => {
    hub.faults.add(fault);
    expectFault(await pull(model), { exitCode: 6, code, words: ['org/model/model.gguf'] });
    // the redirect to the content is followed once for each file
    const asked = hub.log.entries().filter(({ port, path }) => port === 'api' && path.endsWith('.gguf'));
    expect(asked).toHaveLength(requests);
    expect(await published()).toEqual([]);
    hub.faults.clear();
    expect(await pull(model)).toMatchObject({ exitCode: 0 });
    expect(await published()).toHaveLength(3);
  });

  it('a file of a repository that is not GGUF', async () => {
    expectFault(await pull('hf:org/fake:model.gguf'), {
      exitCode: 6,
      code: 'RMA_CONTENT_NOT_GGUF',
      words: ['org/fake/model.gguf'],
    });
    expect(await published()).toEqual([]);
  });

  it('a file by URL that is not GGUF', async () => {
    const url = `${hub.endpoint}/files/fake.gguf`;
    expectFault(await pull(url), { exitCode: 6, code: 'RMA_CONTENT_NOT_GGUF', words: [url] });
    expect(await published()).toEqual([]);
  });

  it('a redirect to plain http on another host', async () => {
    hub.faults.add({ kind: 'redirect', to: 'http://example.com/model.gguf', path: '/org/*' });
    const ended = await pull(MODEL, { token: TOKEN, json: true });
    expectFault(ended, {
      exitCode: 6,
      code: 'RMA_HUB_UNSAFE_REDIRECT',
      words: ['http://example.com'],
      json: true,
    });
    expect(await published()).toEqual([]);
  });
});

describe('the token', () => {
  it('is neither stored nor printed, and sent to the hub only, never to the CDN', async () => {
    const outputs = [
      await pull(MODEL, { token: TOKEN }),
      await pull('hf:org/none', { token: TOKEN, json: true }),
    ];
    const debug = await runRma(
      ['models', 'pull', MODEL, '--dest', `${store}2`, '--debug', '--token-file', 'token'],
      {
        cwd: dir,
        env: { HOME: dir, HF_ENDPOINT: hub.endpoint },
      },
    );
    for (const { stdout, stderr } of [...outputs, debug]) expect(stdout + stderr).not.toContain(TOKEN);
    const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(names.length).toBeGreaterThan(5);
    for (const entry of names) {
      if (entry.name === 'token') continue;
      expect(await readFile(join(entry.parentPath, entry.name), 'latin1'), entry.name).not.toContain(TOKEN);
    }
    const seen = hub.log.entries();
    expect(seen.filter(({ port, authorized }) => port === 'api' && !authorized)).toEqual([]);
    expect(seen.filter(({ port }) => port === 'cdn')).not.toEqual([]);
    expect(seen.filter(({ port, authorized }) => port === 'cdn' && authorized)).toEqual([]);
  });
});
