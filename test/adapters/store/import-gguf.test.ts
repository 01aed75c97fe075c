import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { found, importAll, sha256, stateOf } from '../../helpers/store/import-fixture.ts';
import { sharingDisk } from '../../helpers/store/sharing-disk.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const GGUF = tinyGguf();
const HUB = 'https://huggingface.co/org/repo-GGUF/resolve/main';
const placed = { hardLinked: GGUF.length, reflinked: 0, copied: 0 };

let other = '';
let root = '';
beforeEach(() => {
  [other, root] = [tempFolder(), tempFolder()];
});

function plant(path: string, data: Uint8Array | string = GGUF): void {
  mkdirSync(dirname(join(other, path)), { recursive: true });
  writeFileSync(join(other, path), data);
}

/** Returns the manifest of a repository as the hub sends it to llama.cpp. */
function manifest(rfilename: string, hash: string): string {
  const lfs = { sha256: hash, size: GGUF.length, pointerSize: 134 };
  return JSON.stringify({ ggufFile: { rfilename, blobId: 'x', size: GGUF.length, lfs }, mmprojFile: null });
}

describe('a directory of LM Studio', () => {
  test.each(['snapshots/commit', 'org/blobs', '.cache/repo'])(
    'has no reference for a file in %s, which is no publisher and repository',
    async (place) => {
      plant('org/repo-GGUF/model.gguf');
      plant(`${place}/other.gguf`);
      expect(await found(other)).toMatchObject({
        models: [{ model: { ref: `${HUB}/model.gguf` } }],
        rejected: [{ name: `${place}/other.gguf`, why: 'unusable', reason: 'its origin is unknown' }],
      });
    },
  );

  test('is imported by its GGUF models, each under its address on the hub, and is not changed', async () => {
    plant('models/org/repo-GGUF/model-Q4_K_M.gguf');
    plant('models/org/big-GGUF/big-00001-of-00002.gguf');
    plant('models/org/big-GGUF/big-00002-of-00002.gguf');
    plant('models/mlx/model/model.safetensors', 'x');
    const before = stateOf(other);
    expect(await importAll(root, other)).toMatchObject([
      { ref: 'https://huggingface.co/org/big-GGUF/resolve/main/big-00001-of-00002.gguf', state: 'imported' },
      { ref: `${HUB}/model-Q4_K_M.gguf`, state: 'imported', placed },
    ]);
    expect(stateOf(other)).toBe(before);
    const store = testStore(root);
    const { models } = await store.inventory();
    expect(
      models.map(({ path, files }) => [
        path,
        files.map(({ digest, isVerified }) => [digest?.hex, isVerified]),
      ]),
    ).toEqual([
      [
        'gguf/default/big-00001-of-00002.gguf',
        [
          [sha256(GGUF), true],
          [sha256(GGUF), true],
        ],
      ],
      ['gguf/default/model-Q4_K_M.gguf', [[sha256(GGUF), true]]],
    ]);
    expect(await found(other)).toMatchObject({
      kind: 'lmstudio',
      rejected: [{ name: 'mlx/model', why: 'unusable', reason: 'it is not a GGUF model' }],
    });
    expect((await store.recall(`${HUB}/model-Q4_K_M.gguf`))?.missing).toEqual([]);
  });

  test.each([
    ['that is cut off inside its header', GGUF.subarray(0, 300)],
    ['that lacks the end of its tensors', GGUF.subarray(0, GGUF.length - 1)],
    ['that is no GGUF file', Buffer.from('<html>')],
  ])('with a file %s fails for this file, and leaves nothing behind', async (_, data) => {
    plant('org/repo/model.gguf', data);
    expect(await importAll(root, other)).toMatchObject([{ state: 'failed', error: { exitCode: 6 } }]);
    expect(await testStore(root).inventory()).toMatchObject({ models: [], partial: [] });
  });

  test('without a part of a split model is reported as incomplete', async () => {
    plant('org/repo/big-00001-of-00002.gguf');
    expect(await found(other)).toMatchObject({
      models: [],
      rejected: [{ why: 'incomplete', reason: 'org/repo/big-00002-of-00002.gguf is missing' }],
    });
  });
});

test.each([
  ['hard link', { mode: 0o644, disk: realDisk }, { state: 'imported', placed }],
  ['reflink', { mode: 0o600, disk: sharingDisk }, { state: 'imported', placed: { reflinked: GGUF.length } }],
  ['copy', { mode: 0o600, disk: realDisk }, { state: 'failed', error: { code: 'RMA_STORE_NO_ROOM' } }],
])('on a full disk, an import by %s reserves what it writes', async (_, { mode, disk }, outcome) => {
  const file = 'models/org/repo-GGUF/model-Q4_K_M.gguf';
  plant(file);
  chmodSync(join(other, file), mode);
  expect(await importAll(root, other, { disk, freeBytes: 1000 })).toMatchObject([outcome]);
});

describe('a cache of llama.cpp', () => {
  test('is imported and verified by the hash in the manifest of the repository', async () => {
    plant('org_repo-GGUF_model-Q4_K_M.gguf');
    plant('manifest=org=repo-GGUF=latest.json', manifest('model-Q4_K_M.gguf', sha256(GGUF)));
    const { kind, models } = await found(other);
    expect([kind, models[0]?.model.files[0]?.digest?.hex]).toEqual(['llamacpp', sha256(GGUF)]);
    expect(await importAll(root, other)).toMatchObject([
      { ref: `${HUB}/model-Q4_K_M.gguf`, state: 'imported', placed },
    ]);
    expect(await importAll(root, other)).toMatchObject([{ state: 'present' }]);
  });

  test('with other content than in the manifest fails', async () => {
    plant('org_repo-GGUF_model.gguf');
    plant('manifest=org=repo-GGUF=latest.json', manifest('model.gguf', sha256('other')));
    expect(await importAll(root, other)).toMatchObject([
      { state: 'failed', error: { code: 'RMA_IMPORT_CORRUPT' } },
    ]);
  });

  test('is imported by the URL next to a file; a file of unknown origin is not', async () => {
    plant('org_repo-GGUF_model.gguf');
    plant(
      'org_repo-GGUF_model.gguf.json',
      JSON.stringify({ url: `${HUB}/model.gguf`, etag: '"abc"', lastModified: '' }),
    );
    plant('mine.gguf');
    expect(await importAll(root, other)).toMatchObject([{ ref: `${HUB}/model.gguf`, state: 'imported' }]);
    expect((await found(other)).rejected).toEqual([
      { name: 'mine.gguf', why: 'unusable', reason: 'its origin is unknown' },
    ]);
  });

  test('never replaces another file of the same name in the store', async () => {
    plant('org_repo-GGUF_model.gguf');
    plant('org_repo-GGUF_model.gguf.json', JSON.stringify({ url: `${HUB}/model.gguf`, etag: null }));
    mkdirSync(join(root, 'gguf/default'), { recursive: true });
    writeFileSync(join(root, 'gguf/default/model.gguf'), Buffer.alloc(GGUF.length));
    expect(await importAll(root, other)).toMatchObject([
      { state: 'failed', error: { code: 'RMA_STORE_NAME_TAKEN' } },
    ]);
  });
});
