import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { hubFolder, smallRepo, testFetcher } from '../../helpers/store/store-fixture.ts';

test('[fail P5] [req R43] downloads a repository once into the native cache; a second run sends no request', async () => {
  const server = await startModelServer();
  const repo = smallRepo();
  server.serve(repo);
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url);
  const model = await fetcher.resolve('hf:acme/tiny');
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);

  const folder = hubFolder(root, 'acme/tiny');
  expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe(repo.commit);
  for (const { path, content } of repo.files) {
    const file = join(folder, 'snapshots', repo.commit, path);
    expect(readFileSync(file)).toEqual(content);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readlinkSync(file)).toMatch(/^(\.\.\/)+blobs\/[0-9a-f]{40,64}$/);
  }
  expect(statSync(folder).mode & 0o7777).toBe(0o2775);
  expect(statSync(join(folder, 'trees', `${repo.commit}.json`)).mode & 0o777).toBe(0o644);
  const weights = repo.files[3]!.content;
  expect(statSync(join(folder, 'blobs', sha256(weights))).mode & 0o777).toBe(0o644);
  expect(server.downloads().filter(({ path }) => path.endsWith('.safetensors'))).toHaveLength(1);

  const before = server.requests.length;
  const again = testFetcher(root, server.url);
  expect(await again.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  expect(server.requests.length).toBe(before);
  expect(readdirSync(join(root, '.rma', 'staging'))).toEqual([]);
  expect(existsSync(join(root, 'ollama', 'blobs'))).toBe(true);
});

test('[fail L8] keeps its records as JSON files', async () => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url);
  await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  const state = join(root, '.rma');
  const records = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name !== 'reserve' && lstatSync(join(state, name)).isFile(),
  );
  const texts = records.map((name) => [name, readFileSync(join(state, name), 'utf8')] as const);
  expect(texts.length).toBeGreaterThan(2);
  expect(texts.filter(([, text]) => !isJson(text))).toEqual([]);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
