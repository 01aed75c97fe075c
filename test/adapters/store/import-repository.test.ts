import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { found, importAll } from '../../helpers/store/import-fixture.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const files = { 'a.gguf': { content: 'GGUF a', lfs: true }, 'b.gguf': { content: 'GGUF b', lfs: true } };

/** Returns a hub cache with two repositories and no records of rma. */
async function hubCache() {
  const hub = await hubForTest({ repos: { 'org/gguf': { files }, 'org/other': { files } } });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of ['hf:org/gguf', 'hf:org/other']) await fetcher.fetch([await fetcher.resolve(ref)]);
  rmSync(join(root, '.rma'), { recursive: true });
  hub.log.clear();
  return { hub, directory: join(root, 'huggingface/hub') };
}

test('one repository of a hub cache is imported, and is not taken for a directory of LM Studio', async () => {
  const { hub, directory } = await hubCache();
  const repository = join(directory, 'models--org--gguf');
  expect(await found(repository)).toMatchObject({
    kind: 'huggingface',
    directory: repository,
    models: [{ directory: repository, model: { ref: 'hf:org/gguf' } }],
    rejected: [],
  });
  const root = tempFolder();
  expect(await importAll(root, repository)).toMatchObject([
    { ref: 'hf:org/gguf', state: 'imported', placed: { hardLinked: 12 } },
  ]);
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('hf:org/gguf')]);
  expect(hub.log.contentRequests()).toEqual([]);
});

test('a directory in a repository of a hub cache is not recognized: its names are no reference', async () => {
  const { directory } = await hubCache();
  const snapshots = join(directory, 'models--org--gguf/snapshots');
  plantFile(snapshots, 'commit/sub/directory/c.gguf', 'GGUF c');
  await expect(found(snapshots)).rejects.toThrow('is not recognized');
  await expect(found(join(snapshots, 'commit'))).rejects.toThrow('is not recognized');
});
