import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelStore } from '../../../src/adapters/store/file-model-store.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { quickFolder, tempFolder } from '../../helpers/files/temp-folder.ts';
import { bundleProgram, startProgram } from '../../helpers/process/program.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher, testStore } from '../../helpers/store/store-fixture.ts';

const asUser = fileURLToPath(new URL('./programs/as-user.ts', import.meta.url));

test('[fail P1] directories have mode 2775 and files 0644, whatever the umask', async () => {
  const root = join(tempFolder(), 'store');
  const run = startProgram(await bundleProgram(asUser), [root, '077']);
  expect((await run.ended).stdout).toBe('prepared\n');
  const all = ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].map((name) =>
    statSync(join(root, name)),
  );
  expect(all.length).toBeGreaterThan(10);
  for (const stats of all) expect(stats.mode & 0o7777).toBe(stats.isDirectory() ? 0o2775 : 0o644);
});

test('is idempotent', async () => {
  const root = tempFolder();
  await testStore(root).prepare();
  const before = readdirSync(root, { recursive: true });
  await testStore(root).prepare();
  expect(readdirSync(root, { recursive: true })).toEqual(before);
  expect(readFileSync(join(root, '.rma/version'), 'utf8')).toBe('1\n');
});

test('rejects a store of a newer version', async () => {
  const root = tempFolder();
  mkdirSync(join(root, '.rma'));
  writeFileSync(join(root, '.rma/version'), '2\n');
  await expect(testStore(root).prepare()).rejects.toMatchObject({ code: 'RMA_STORE_TOO_NEW', exitCode: 3 });
});

test('[fail P2] [req R74] an unwritable store fails with both owners and the chown command', async () => {
  const root = tempFolder();
  chmodSync(root, 0o555);
  const program = await bundleProgram(asUser);
  chmodSync(dirname(program), 0o755);
  // root can write anywhere, so run the program as another user
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const ids = uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid };
  const { stdout } = await startProgram(program, [root], ids).ended;
  const [document = ''] = stdout.split('\n');
  const needed = `${ids.uid}:${ids.gid}`;
  expect(JSON.parse(document)).toMatchObject({
    code: 'RMA_STORE_UNWRITABLE',
    exitCode: 3,
    hint: `chown -R ${needed} ${root}`,
  });
  expect(stdout).toContain(`${root} belongs to ${uid}:${gid} (mode 555) and is not writable for ${needed}`);
  expect(readdirSync(root)).toEqual([]);
});

test('[req R74] a store on a read-only file system is reported before anything is created', async () => {
  const root = join(tempFolder(), 'new/store');
  const access = () => Promise.reject(Object.assign(new Error(), { code: 'EROFS', syscall: 'access' }));
  const store = testStore(root, { disk: { ...realDisk, access } });
  await expect(store.assertWritable()).rejects.toMatchObject({
    code: 'RMA_STORE_READ_ONLY',
    exitCode: 3,
    message: expect.stringContaining(`read-only at ${join(root, '../..')} (`),
  });
  await testStore(root).assertWritable();
  expect(existsSync(join(root, '..'))).toBe(false);
});

test.runIf(existsSync('/dev/shm'))(
  '[fail D7] uses a staging area on the file system of the hub cache',
  async () => {
    const [root, home] = [tempFolder(), quickFolder()];
    const server = await startModelServer();
    const repo = smallRepo();
    server.serve(repo);
    const store = new FileModelStore({ paths: storePaths(root, { HF_HOME: home }), clock: systemClock });
    const fetcher = testFetcher(root, server.url, { store });
    expect(await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')])).toMatchObject([
      { state: 'present' },
    ]);
    const file = join(home, 'hub/models--acme--tiny/snapshots', repo.commit, 'model.safetensors');
    expect(readFileSync(file).equals(repo.files[3]!.content)).toBe(true);
    expect(readdirSync(join(home, '.rma/staging'))).toEqual([]);
    expect(readdirSync(join(root, '.rma/receipts/hf'))).toHaveLength(1);
  },
);

test('writes the needs of a worker once, and again only if they changed', async () => {
  const root = tempFolder();
  const store = testStore(root);
  await store.prepare();
  const worker = { host: 'box', project: 'demo', profile: 'chat' };
  await store.recordNeeds({ ...worker, refs: ['hf:b/b', 'hf:a/a', 'hf:b/b'] });
  const path = join(root, '.rma/projects/box-demo.chat.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    schema: 'rma.needs/v1',
    ...worker,
    refs: ['hf:a/a', 'hf:b/b'],
  });
  const inode = statSync(path).ino;
  await store.recordNeeds({ ...worker, refs: ['hf:a/a', 'hf:b/b'] });
  expect(statSync(path).ino).toBe(inode);
  await store.recordNeeds({ ...worker, refs: ['hf:a/a'] });
  expect(statSync(path).ino).not.toBe(inode);
  await expect(store.recordNeeds({ ...worker, project: 'x/y', refs: [] })).rejects.toMatchObject({
    exitCode: 2,
  });
  await store.recordNeeds({ ...worker, profile: 'ocr', refs: ['hf:c/c'] });
  expect(readdirSync(join(root, '.rma/projects'))).toEqual(['box-demo.chat.json', 'box-demo.ocr.json']);
});
