import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { KEEP_30_DAYS, noWait, setAge, storeTree, testCache } from '../../helpers/store/cache-fixture.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { HUB, plantHub, plantOllama } from '../../helpers/store/old-models.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

const BLOB = `${HUB}/blobs/${sha('1')}`;

let root = '';
beforeEach(() => {
  root = tempFolder();
});

/** Moves a directory of a store elsewhere, and leaves a link. */
function moveAway(path: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  renameSync(join(root, path), target);
  symlinkSync(target, join(root, path));
}

describe('prune', () => {
  test.each(['ollama/manifests', 'ollama/manifests/registry.ollama.ai'])(
    'keeps the blobs of an Ollama store whose %s is a link to a directory',
    async (path) => {
      plantOllama(root);
      moveAway(path, join(tempFolder(), 'moved'));
      const before = storeTree(root);
      expect(await testCache(root).prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [] });
      expect(storeTree(root)).toEqual(before);
    },
  );

  test('keeps the blobs of an Ollama store whose manifests may not be read', async () => {
    plantOllama(root);
    const denied = join(root, 'ollama/manifests');
    const readdir = (async (path: string, options: { withFileTypes: true }) => {
      if (path === denied) throw Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'scandir' });
      return realDisk.readdir(path, options);
    }) as Disk['readdir'];
    const cache = testCache(root, { disk: { ...realDisk, readdir } });
    expect(await cache.prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [] });
  });

  test.each(['snapshots', `snapshots/${COMMIT}`, `snapshots/${COMMIT}/sub`])(
    'keeps the blobs of a repository whose %s is a link to a directory',
    async (path) => {
      plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'sub/w.gguf': sha('1') });
      plantFile(root, `${HUB}/refs/main`, COMMIT);
      setAge(root, 40, BLOB);
      moveAway(`${HUB}/${path}`, join(root, HUB, 'moved', 'here'));
      expect(await testCache(root).prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [] });
    },
  );

  test('removes content without a model next to a broken link', async () => {
    plantHub(root);
    symlinkSync(`../../blobs/${sha('7')}`, join(root, HUB, 'snapshots', COMMIT, 'gone.gguf'));
    plantFile(root, `${HUB}/blobs/${sha('3')}`);
    setAge(root, 40, `${HUB}/blobs/${sha('3')}`);
    const { marked } = await testCache(root).prune(DEFAULT_POLICY, noWait);
    expect(marked).toMatchObject([{ name: `${HUB}/blobs/${sha('3')}` }]);
  });

  test('keeps content to which a link in another directory of the store leads', async () => {
    plantHub(root);
    symlinkSync(`../../${BLOB}`, join(plantDirectory('gguf/default'), 'direct.gguf'));
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(readFileSync(join(root, 'gguf/default/direct.gguf'), 'utf8')).toBe(`content of ${sha('1')}`);
  });

  test('keeps content without a model to which a name of the user leads', async () => {
    plantFile(root, BLOB);
    setAge(root, 40, BLOB);
    symlinkSync(`../${BLOB}`, join(plantDirectory('mine'), 'x'));
    expect(await testCache(root).prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [] });
  });
});

test('a removal keeps content to which a link in another directory of the store leads', async () => {
  plantHub(root);
  symlinkSync(`../../${BLOB}`, join(plantDirectory('gguf/default'), 'direct.gguf'));
  await testStore(root).remove([`${HUB}/snapshots/${COMMIT}`], { ...noWait, force: false });
  expect(readFileSync(join(root, 'gguf/default/direct.gguf'), 'utf8')).toBe(`content of ${sha('1')}`);
});

function plantDirectory(path: string): string {
  mkdirSync(join(root, path), { recursive: true });
  return join(root, path);
}
