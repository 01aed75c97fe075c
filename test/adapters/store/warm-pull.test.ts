import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { FileModelStore } from '../../../src/adapters/store/file-model-store.ts';
import { listedModels } from '../../../src/app/models/listed-models.ts';
import { pull } from '../../../src/app/models/pull-models.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { catalogOf, configOf } from '../../helpers/builders/render-builders.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { hostOf } from '../../helpers/host/port-builders.ts';
import { refuse } from '../../helpers/host/refusing.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher, testUses } from '../../helpers/store/store-fixture.ts';

const REF = 'hf:acme/tiny';

/** A store that counts the checks beyond the one that replaces a hub. */
class CountingStore extends FileModelStore {
  checks = 0;

  override async check(model: PinnedModel) {
    this.checks++;
    return super.check(model);
  }
}

/** Returns a store with a model, and a pull without internet by a new process. */
async function filled() {
  const server = await startModelServer();
  server.serve(smallRepo());
  const root = tempFolder();
  const { resolve, fetch, transfer } = testFetcher(root, server.url);
  await fetch([await resolve(REF)]);
  const store = new CountingStore({ paths: storePaths(root, {}), clock: systemClock });
  const network = { ...configOf().network, offline: true };
  const config = configOf({ network });
  const invocation = fakeInvocation(catalogOf({}), {});
  const list = () =>
    listedModels(hostOf(), invocation, { config, names: [REF], profiles: [], refresh: false, store });
  const pullAll = async ({ models }: Awaited<ReturnType<typeof list>>) => {
    const folder = {
      store,
      uses: testUses(root),
      reader: { readContent: refuse('reader.readContent') },
      transfer,
    };
    const catalog = catalogOf({});
    return pull(hostOf(), invocation, { config, catalog, models, store: folder, dryRun: false });
  };
  return { store, list, pullAll };
}

test('a pull of models that are present checks each of them once', async () => {
  const { store, list, pullAll } = await filled();
  const { models } = await pullAll(await list());
  expect(models.map(({ ref, state }) => [ref, state])).toEqual([[REF, 'present']]);
  expect(store.checks).toBe(0);
});
