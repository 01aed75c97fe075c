import { expect, it } from 'vitest';
import { pull } from '../../../src/app/models/pull-models.ts';
import { expandSets } from '../../../src/core/profile/model-sets.ts';
import { configOf, pinnedFile } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { hostOf } from '../../helpers/host/port-builders.ts';

const catalog = shippedCatalog();

/** Pulls the largest set, six models of 4 GB each, to a store with this much free space. */
async function pullLargest(freeBytes: number) {
  const models = expandSets(['set:enterprise'], catalog.models).map((name) => {
    const ref = catalog.models.get(name)?.ref ?? '';
    const files = [{ path: 'model.gguf', bytes: 4e9, digest: null }];
    return { name, ref, profiles: [], pinned: pinnedFile(ref, { files }), check: null };
  });
  const volume = { access: null as never, snapshot: null as never, freeBytes };
  const request = { config: configOf(), catalog, models, store: volume, dryRun: true };
  return pull(hostOf(new FakeHost()), fakeInvocation(catalog), request);
}

it('[req N16] a set that does not fit is an error with both sizes, and names a smaller set that does', async () => {
  await expect(pullLargest(12e9)).rejects.toMatchObject({
    code: 'RMA_STORE_NO_ROOM',
    exitCode: 5,
    message: expect.stringMatching(/need 22\.4 GiB .*; 11\.2 GiB free$/),
    hint: expect.stringMatching(/; set:starter fits: it needs 7\.5 GiB$/),
  });
  await expect(pullLargest(1e9)).rejects.toMatchObject({ hint: expect.not.stringContaining('set:') });
});
