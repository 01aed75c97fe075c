import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { found, importAll, plantModelScope, safetensors } from '../../helpers/store/import-fixture.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

const weights = safetensors(300_000);

test.each([
  ['tensors that are cut off', weights.subarray(0, 200_000)],
  ['bytes after its tensors', Buffer.concat([weights, Buffer.alloc(2)])],
])(
  'a ModelScope directory with %s in a safetensors file fails, and leaves nothing behind',
  async (_, data) => {
    const [other, root] = [tempFolder(), tempFolder()];
    plantModelScope(other, { 'model.safetensors': data });
    expect(await importAll(root, other)).toMatchObject([
      { state: 'failed', error: { code: 'RMA_IMPORT_CORRUPT', exitCode: 6 } },
    ]);
    expect(await testStore(root).inventory()).toMatchObject({ models: [], partial: [] });
  },
);

test('a ModelScope directory without a file that the index of its weights names is reported as incomplete', async () => {
  const other = tempFolder();
  plantModelScope(other, {
    'model.safetensors.index.json': JSON.stringify({
      weight_map: { a: 'a.safetensors', b: 'b.safetensors' },
    }),
    'a.safetensors': weights,
  });
  expect(await found(other)).toMatchObject({
    models: [],
    rejected: [{ name: 'ms:org/tiny', why: 'incomplete', reason: 'b.safetensors is missing' }],
  });
});
