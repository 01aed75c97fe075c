import { expect, it } from 'vitest';
import { type ReadBytes, readGrowing } from '../../../../src/app/fetch/read-growing.ts';
import { readSafetensorsHeader } from '../../../../src/core/estimate/safetensors-header.ts';

it('a file that ends within its header is broken, and is read once', async () => {
  const content = Buffer.from('weights');
  const file = { path: 'model.safetensors', bytes: content.byteLength, digest: null };
  let reads = 0;
  const read: ReadBytes = async (_, { from, to }) => {
    reads += 1;
    // an endless loop would keep the test from failing
    if (reads > 3) throw new Error('the file is read again and again');
    return content.subarray(from, to);
  };
  const header = await readGrowing(read, { file, most: 1000 }, (prefix) =>
    readSafetensorsHeader(prefix, file.bytes),
  );
  expect(header).toEqual({ state: 'broken', why: 'the file ends within its header' });
  expect(reads).toBe(1);
});
