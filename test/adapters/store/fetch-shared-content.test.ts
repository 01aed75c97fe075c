import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import type { PinnedFile, PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { StagedFile } from '../../../src/ports/model-store.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { testHttp } from '../../helpers/store/test-http.ts';
import { testSource } from '../../helpers/store/test-source.ts';

test('two repositories with shared files can be downloaded at once', async () => {
  const server = await startModelServer();
  for (const name of ['acme/one', 'acme/two']) server.serve(smallRepo(name));
  const root = tempFolder();
  const { resolve } = testFetcher(root, server.url);
  const [one, two] = [await resolve('hf:acme/one'), await resolve('hf:acme/two')];
  const store = testStore(root);
  await store.prepare();
  const http = testHttp();
  const source = testSource('hf', { endpoint: server.url });
  const transfer = new HttpTransfer({ http, clock: systemClock, random: () => 0 });
  const bring = async (model: PinnedModel): Promise<ReadonlyMap<PinnedFile, StagedFile>> => {
    const staged = new Map<PinnedFile, StagedFile>();
    for (const file of model.files.filter(({ path }) => !path.includes('copy'))) {
      const slot = await store.stage(model, file);
      const { bytes, digest, path: label } = file;
      const job = { location: source.locate(model, file), bytes, digest, slot, label, magic: null };
      const signal = new AbortController().signal;
      staged.set(file, {
        path: slot.path,
        ...(await transfer.fetch({ ...job, onBytes: () => {}, signal })),
      });
    }
    return staged;
  };
  const [first, second] = [await bring(one), await bring(two)];
  const { files } = one;
  expect(first.size).toBe(files.length - 1);
  await expect(store.publish({ ...one, files: [...first.keys()] }, first)).resolves.toBeUndefined();
  await expect(store.publish({ ...two, files: [...second.keys()] }, second)).resolves.toBeUndefined();
});
