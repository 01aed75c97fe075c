import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { bundleProgram, startProgram } from '../../helpers/process/program.ts';
import { sendContent, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { durableBytes, hubFolder, smallRepo, testFetcher } from '../../helpers/store/store-fixture.ts';

const fetcher = fileURLToPath(new URL('./programs/fetcher.ts', import.meta.url));
const SIZE = 3_000_000;

/** Starts a hub whose CDN stalls after half of the first download. */
async function halfServer() {
  const server = await startModelServer();
  const content = Buffer.alloc(SIZE, 'weights!');
  const repo = { ...smallRepo(), files: [{ path: 'model.safetensors', content, lfs: true }] };
  server.serve(repo);
  let downloads = 0;
  server.fault = (request, response) => {
    if (request.server === 'hub') return false;
    downloads += 1;
    if (downloads > 1) return false;
    response.writeHead(200, { 'content-length': SIZE, etag: `"${sha256(content).slice(0, 32)}"` });
    response.write(content.subarray(0, SIZE / 2));
    return true;
  };
  return { server, content, repo };
}

test('[fail R1] [fail R8] after SIGKILL, synced data is kept and the next process resumes without waiting', async () => {
  const { server, content, repo } = await halfServer();
  const root = tempFolder();
  const run = startProgram(await bundleProgram(fetcher), [root, server.url, 'hf:acme/tiny']);
  await run.printed('durable');
  run.child.kill('SIGKILL');
  await run.ended;
  const durable = durableBytes(root);
  expect(durable).toBeGreaterThan(0);
  expect(readdirSync(join(root, 'huggingface', 'hub'))).toEqual([]);

  const next = testFetcher(root, server.url);
  const [result] = await next.fetch([await next.resolve('hf:acme/tiny')]);
  expect(result).toMatchObject({ state: 'present' });
  expect(result?.fetchedBytes).toBe(SIZE - durable);
  const file = join(hubFolder(root, 'acme/tiny'), 'snapshots', repo.commit, 'model.safetensors');
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(next.progress.some(({ state }) => state === 'waiting')).toBe(false);
  expect(readdirSync(join(root, '.rma', 'staging'))).toEqual([]);
});

test('[fail R8] on SIGTERM, a process syncs its data and the next one downloads the rest', async () => {
  const { server, repo, content } = await halfServer();
  const root = tempFolder();
  const run = startProgram(await bundleProgram(fetcher), [root, server.url, 'hf:acme/tiny']);
  await run.printed('receiving');
  run.child.kill('SIGTERM');
  expect((await run.ended).stdout).toContain('SIGTERM');
  const durable = durableBytes(root);
  expect(durable).toBeGreaterThan(0);

  const next = testFetcher(root, server.url);
  const [result] = await next.fetch([await next.resolve('hf:acme/tiny')]);
  expect(result).toMatchObject({ state: 'present', fetchedBytes: SIZE - durable });
  const file = join(hubFolder(root, 'acme/tiny'), 'snapshots', repo.commit, 'model.safetensors');
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('[fail C10] [fail L4] three processes on one store download each file once', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  server.fault = (request, response) => {
    if (request.server === 'hub') return false;
    const weights = smallFile(request.path);
    setImmediate(() => sendContent(request, response, weights));
    return true;
  };
  const repo = smallRepo();
  server.serve(repo);
  const smallFile = (path: string) =>
    repo.files.find(({ content }) => path === `/${sha256(content)}`)?.content ?? Buffer.of();
  const root = tempFolder();
  const program = await bundleProgram(fetcher);
  const runs = [1, 2, 3].map(() => startProgram(program, [root, server.url, 'hf:acme/tiny']));
  for (const { code, stdout } of await Promise.all(runs.map(({ ended }) => ended))) {
    expect(code).toBe(0);
    expect(stdout).toContain('"state":"present"');
  }
  const paths = server.downloads().map(({ path }) => path);
  expect(paths).toEqual([...new Set(paths)]);
});
