import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkModels } from '../../../src/app/fetch/check-models.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { gitSha1, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { readOnlyDisk } from '../../helpers/store/read-only-disk.ts';
import { hubFolder, smallRepo, testFetcher, testStore } from '../../helpers/store/store-fixture.ts';

async function filledStore() {
  const server = await startModelServer();
  const repo = smallRepo();
  server.serve(repo);
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url);
  const model = await fetcher.resolve('hf:acme/tiny');
  await fetcher.fetch([model]);
  const again = () => testFetcher(root, server.url).fetch([model]);
  return { server, repo, root, model, folder: hubFolder(root, 'acme/tiny'), store: testStore(root), again };
}

test('an empty store has no model, and checking it writes nothing', async () => {
  const { model } = await filledStore();
  const root = tempFolder();
  const [check] = await checkModels([model], testStore(root));
  expect(check).toMatchObject({ state: 'missing', missingBytes: check?.totalBytes });
  expect(check?.missing).toHaveLength(6);
  expect(readdirSync(root)).toEqual([]);
});

test('counts content shared by two files once', async () => {
  const { model, store, repo } = await filledStore();
  const sum = repo.files.reduce((bytes, { content }) => bytes + content.length, 0);
  expect((await store.check(model)).totalBytes).toBe(sum - 300_000);
});

test('[fail P3] neither locks nor writes a complete store, which may be read-only', async () => {
  const { server, root, model } = await filledStore();
  const before = server.requests.length;
  const fetcher = testFetcher(root, server.url, { disk: readOnlyDisk });
  expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  expect(server.requests.length).toBe(before);
});

test.each([
  ['its snapshot link', 'snapshots'],
  ['its blob', 'blobs'],
])('a file without %s is missing; only a missing blob is downloaded again', async (_, kind) => {
  const { folder, repo, store, model, again } = await filledStore();
  const config = repo.files[1]!.content;
  const path =
    kind === 'blobs'
      ? join(folder, 'blobs', gitSha1(config))
      : join(folder, 'snapshots', repo.commit, 'config.json');
  rmSync(path);
  expect(await store.check(model)).toMatchObject({ state: 'partial', missing: [{ path: 'config.json' }] });
  expect(await again()).toMatchObject([
    { state: 'present', fetchedBytes: kind === 'blobs' ? config.length : 0 },
  ]);
  expect(await store.check(model)).toMatchObject({ state: 'present' });
});

test.each(['refs/main', `trees/${'c0ffee'.padEnd(40, '0')}.json`])(
  'repairs a store without %s without a download',
  async (name) => {
    const { folder, store, model, again } = await filledStore();
    const before = readFileSync(join(folder, name), 'utf8');
    rmSync(join(folder, name));
    expect(await store.check(model)).toMatchObject({ state: 'partial', missing: [] });
    expect(await again()).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(before);
  },
);

test.each([
  ['with a trailing newline', (commit: string) => `${commit}\n`],
  ['that is empty', () => ''],
  ['of a missing snapshot', () => 'd'.repeat(40)],
])('[fail L5] rewrites a branch file %s', async (_, text) => {
  const { folder, store, model, again, repo } = await filledStore();
  writeFileSync(join(folder, 'refs/main'), text(repo.commit));
  expect((await store.check(model)).state).toBe('partial');
  await again();
  expect(readFileSync(join(folder, 'refs/main'), 'utf8')).toBe(repo.commit);
});

test('[fail C4] verifies a blob that changed since its receipt, and downloads it again if wrong', async () => {
  const { folder, repo, again } = await filledStore();
  const weights = repo.files[3]!.content;
  const blob = join(folder, 'blobs', sha256(weights));
  writeFileSync(blob, Buffer.alloc(weights.length));
  expect(await again()).toMatchObject([{ state: 'present', fetchedBytes: weights.length }]);
  expect(readFileSync(blob).equals(weights)).toBe(true);
});

test('accepts a modification time that a copy rounded down to seconds, and no other second', async () => {
  const { folder, store, model, repo } = await filledStore();
  const blob = join(folder, 'blobs', sha256(repo.files[3]!.content));
  const second = Math.floor(statSync(blob).mtimeMs / 1000);
  utimesSync(blob, 1, second);
  expect((await store.check(model)).state).toBe('present');
  for (const other of [second - 1, second + 1]) {
    utimesSync(blob, 1, other);
    expect((await store.check(model)).state).toBe('partial');
  }
});

test('verifies a blob with a new modification time without a download', async () => {
  const { folder, repo, again } = await filledStore();
  utimesSync(join(folder, 'blobs', sha256(repo.files[3]!.content)), 1, 1);
  expect(await again()).toMatchObject([{ fetchedBytes: 0 }]);
});

test.each([
  '',
  'null',
  '{"schema":"rma.receipt/v1"}',
  '{"schema":"rma.receipt/v1","from":"x","files":{"a":1}}',
])('[fail D6] verifies a store with the receipt %j without a download', async (text) => {
  const { root, again, repo } = await filledStore();
  writeFileSync(join(root, '.rma/receipts/hf/models--acme--tiny', `${repo.commit}.json`), text);
  expect(await again()).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
});

test('downloads only the changed files of a new commit', async () => {
  const { server, repo, root, folder } = await filledStore();
  const commit = 'beef'.padEnd(40, '1');
  const changed = { path: 'README.md', content: Buffer.from('# tiny, again\n'), lfs: false };
  server.serve({ ...repo, commit, files: [changed, ...repo.files.slice(1)] });
  const fetcher = testFetcher(root, server.url);
  const [result] = await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  expect(result).toMatchObject({ state: 'present', fetchedBytes: changed.content.length });
  expect(readFileSync(join(folder, 'refs/main'), 'utf8')).toBe(commit);
  expect(readdirSync(join(folder, 'snapshots')).sort()).toEqual([commit, repo.commit].sort());
});

test('[fail X1] does not write through a symbolic link planted in a snapshot', async () => {
  const { root, folder, repo, server } = await filledStore();
  const outside = join(root, 'outside');
  mkdirSync(outside);
  const sub = join(folder, 'snapshots', repo.commit, 'sub');
  rmSync(sub, { recursive: true });
  symlinkSync(outside, sub);
  const fetcher = testFetcher(root, server.url);
  const [result] = await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  expect(result).toMatchObject({ state: 'failed', error: { code: 'RMA_CONTENT_UNSAFE_PATH', exitCode: 6 } });
  expect(readdirSync(outside)).toEqual([]);
});
