import { mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelStore } from '../../../src/adapters/store/file-model-store.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';
import { verifyStore } from '../../helpers/store/verify-fixture.ts';

describe('inventory of anything else', () => {
  test('lists unknown files by their outermost directory, and never the parts of known directories', async () => {
    const root = tempFolder();
    plantFile(root, 'my-data/a/1', 'one');
    plantFile(root, 'my-data/b/2', 'two');
    plantFile(root, 'huggingface/token', 'secret');
    plantFile(root, 'huggingface/hub/datasets--org--set/blobs/x', 'data');
    plantSnapshot(root, { repo: 'org/name', commit: COMMIT }, { 'x.json': sha('1') });
    const { unknown } = await testStore(root).inventory();
    expect(unknown).toMatchObject([
      { path: 'huggingface/hub/datasets--org--set', files: 1, bytes: 4 },
      { path: 'huggingface/token', files: 1, bytes: 6 },
      { path: 'my-data', files: 2, bytes: 6 },
    ]);
  });

  test('lists files next to the models of local/, except those to which a model links', async () => {
    const root = tempFolder();
    for (const path of ['org/name/a.bin', 'org/stray', 'shared.bin', 'stray'])
      plantFile(root, `local/${path}`);
    symlinkSync('../../shared.bin', join(root, 'local/org/name/shared.bin'));
    const { models, unknown } = await testStore(root).inventory();
    expect(models.map(({ path, files }) => [path, files.map((file) => file.content)])).toEqual([
      ['local/org/name', ['local/org/name/a.bin', 'local/shared.bin']],
    ]);
    expect(unknown.map(({ path }) => path)).toEqual(['local/org/stray', 'local/stray']);
  });

  test('follows no link out of the store, and none to a directory', async () => {
    const root = tempFolder();
    const outside = tempFolder();
    plantFile(outside, 'secret.gguf', 'GGUF');
    mkdirSync(join(root, 'gguf/default'), { recursive: true });
    symlinkSync(join(outside, 'secret.gguf'), join(root, 'gguf/default/out.gguf'));
    symlinkSync(outside, join(root, 'elsewhere'));
    symlinkSync('..', join(root, 'gguf/loop'));
    const found = await testStore(root).inventory();
    expect(found.totalBytes).toBe(0);
    expect(found.models).toMatchObject([{ path: 'gguf/default/out.gguf', files: [], missing: ['out.gguf'] }]);
    expect(found.unknown.map(({ path }) => path)).toEqual(['elsewhere', 'gguf/loop']);
  });

  test('is empty for a store that does not exist, and finds parts that variables have moved', async () => {
    const root = join(tempFolder(), 'none');
    expect(await testStore(root).inventory()).toEqual({
      models: [],
      partial: [],
      orphans: [],
      unknown: [],
      undoContents: [],
      denied: [],
      usage: [],
      totalBytes: 0,
    });
    const home = tempFolder();
    const moved = tempFolder();
    plantSnapshot(moved, { repo: 'org/name', commit: COMMIT }, { 'x.json': sha('1') });
    const paths = storePaths(home, { HF_HOME: join(moved, 'huggingface') });
    const found = await new FileModelStore({ paths, clock: systemClock }).inventory();
    expect(found.models).toMatchObject([{ references: [`hf:org/name@${COMMIT}`], bytes: 75 }]);
    expect(readFileSync(join(moved, found.models[0]?.files[0]?.content ?? ''), 'utf8')).toHaveLength(75);
  });

  test('names the directories that may not be read', async () => {
    const root = tempFolder();
    plantFile(root, 'ollama/blobs/x');
    plantFile(root, 'gguf/default/one.gguf', 'GGUF');
    const readdir = (async (path: string, options: { withFileTypes: true }) => {
      if (path === join(root, 'ollama') || /\/(default|trash)$/.test(path))
        throw Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'scandir' });
      return realDisk.readdir(path, options);
    }) as Disk['readdir'];
    const disk = { ...realDisk, readdir };
    const { models, denied } = await testStore(root, { disk }).inventory();
    expect({ models, denied: [...denied].sort() }).toEqual({
      models: [],
      denied: ['gguf/default', 'ollama'],
    });
    const { problems } = await verifyStore(root, { disk });
    expect(problems).toMatchObject([
      { path: 'gguf/default', kind: 'unreadable', fix: null },
      { path: 'ollama', kind: 'unreadable', fix: null },
    ]);
  });

  test('lists partial downloads of rma', async () => {
    const root = tempFolder();
    plantFile(root, '.rma/staging/sha256-1/2.part', 'part');
    plantFile(root, '.rma/staging/sha256-1/2.part.json', '{}');
    // a download has the size of the whole file from the start
    truncateSync(plantFile(root, '.rma/staging/sha256-3/4.part', ''), 2 ** 20);
    const found = await testStore(root).inventory();
    expect(found).toMatchObject({
      partial: [
        { path: '.rma/staging/sha256-1', files: 2, bytes: 6 },
        { path: '.rma/staging/sha256-3', files: 1, bytes: 0 },
      ],
      unknown: [],
    });
  });
});
