import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchExitCode } from '../../../src/app/fetch/fetch-result.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sendContent, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher, testStore, withFreeBytes } from '../../helpers/store/store-fixture.ts';

test('a failed model does not stop the others, and the exit code is that of a partial failure', async () => {
  const server = await startModelServer();
  server.serve(smallRepo('acme/good'));
  const bad = smallRepo('acme/bad', 'bad0'.padEnd(40, '0'));
  server.serve(bad);
  const weights = `/${sha256(bad.files[3]!.content)}`;
  server.fault = ({ path }, response) => {
    if (path !== weights) return false;
    response.writeHead(410).end();
    return true;
  };
  const fetcher = testFetcher(tempFolder(), server.url);
  const models = await Promise.all(['hf:acme/bad', 'hf:acme/good'].map((ref) => fetcher.resolve(ref)));
  const results = await fetcher.fetch(models);
  expect(results).toMatchObject([
    { ref: 'hf:acme/bad', state: 'failed', error: { code: 'RMA_HUB_NOT_FOUND' } },
    { ref: 'hf:acme/good', state: 'present' },
  ]);
  expect(fetchExitCode(results)).toBe(8);
});

test('progress moves from checking through downloading to present, and bytes grow from 0', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const fetcher = testFetcher(tempFolder(), server.url);
  const model = await fetcher.resolve('hf:acme/tiny');
  await fetcher.fetch([model]);
  const states = fetcher.progress.map(({ state }) => state);
  expect([...new Set(states)]).toEqual(['checking', 'downloading', 'verifying', 'present']);
  const done = fetcher.progress.map(({ doneBytes }) => doneBytes);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(fetcher.progress.find(({ state }) => state === 'downloading')?.doneBytes).toBe(0);
  const last = fetcher.progress.at(-1);
  expect(last).toMatchObject({
    state: 'present',
    doneBytes: last?.totalBytes,
    fetchedBytes: last?.totalBytes,
  });
});

test('a failed model has the reason in its progress', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const fetcher = testFetcher(tempFolder(), server.url);
  const model = await fetcher.resolve('hf:acme/tiny');
  server.fault = (_, response) => {
    response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end();
    return true;
  };
  await fetcher.fetch([model]);
  expect(fetcher.progress.at(-1)).toMatchObject({ state: 'failed', note: expect.stringContaining('gated') });
});

test('of two models that do not fit together, only one is started', async () => {
  const server = await startModelServer();
  server.serve(smallRepo('acme/one'));
  server.serve(smallRepo('acme/two', 'f00d'.padEnd(40, '0')));
  const root = tempFolder();
  const free = 64 * 1024 * 1024 + 400_000;
  const store = withFreeBytes(testStore(root), () => free - stagedBytes(root));
  const fetcher = testFetcher(root, server.url, { store });
  const models = await Promise.all(['hf:acme/one', 'hf:acme/two'].map((ref) => fetcher.resolve(ref)));
  const results = await fetcher.fetch(models);
  expect(results.map(({ state }) => state).sort()).toEqual(['failed', 'present']);
  const failed = results.find(({ state }) => state === 'failed');
  expect(failed).toMatchObject({
    fetchedBytes: 0,
    error: {
      code: 'RMA_STORE_NO_ROOM',
      exitCode: 5,
      message: expect.stringContaining(root),
      details: { free: expect.any(Number) },
    },
  });
  expect(fetchExitCode(results)).toBe(8);
});

test('[fail X5] sends the token to the hub only, and stores it nowhere', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const root = tempFolder();
  const token = 'not-a-usual-token-0815';
  const fetcher = testFetcher(root, server.url, { token });
  await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  const sent = server.requests.filter(({ headers }) => JSON.stringify(headers).includes(token));
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.every(({ server: name }) => name === 'hub')).toBe(true);
  const written = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name));
  for (const path of written) {
    expect(path).not.toContain(token);
    if (statSync(path).isFile()) expect(readFileSync(path).includes(token)).toBe(false);
  }
});

test('an abort rejects with its reason and releases the lease', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url);
  const model = await fetcher.resolve('hf:acme/tiny');
  const controller = new AbortController();
  server.fault = () => {
    controller.abort(new Error('stop now'));
    return true;
  };
  await expect(fetcher.fetch([model], controller.signal)).rejects.toThrow('stop now');
  server.fault = null;
  const next = testFetcher(root, server.url);
  expect(await next.fetch([model])).toMatchObject([{ state: 'present' }]);
  expect(next.progress.some(({ state }) => state === 'waiting')).toBe(false);
});

function stagedBytes(root: string): number {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.part') || name.includes('/blobs/'))
    .reduce((sum, name) => sum + statSync(join(root, name)).size, 0);
}

test('many small files are requested at the same time, without a warning of Node.js', async () => {
  const server = await startModelServer();
  const files = Array.from({ length: 20 }, (_, n) => ({
    path: `part-${n}.bin`,
    content: Buffer.from(`part ${n}`),
    lfs: true,
  }));
  server.serve({ ...smallRepo(), files });
  const held: (() => void)[] = [];
  // no answer before the requests for all files are here
  server.fault = (request, response) => {
    if (request.server !== 'cdn') return false;
    const file = files.find(({ content }) => request.path.includes(sha256(content)));
    held.push(() => sendContent(request, response, file?.content ?? Buffer.alloc(0)));
    if (held.length === files.length) for (const send of held) send();
    return true;
  };
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const fetcher = testFetcher(tempFolder(), server.url);
  const results = await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  expect(results).toMatchObject([{ state: 'present' }]);
  expect(warnings).toEqual([]);
});
