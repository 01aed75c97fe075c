import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { flipByte, repairStore } from '../../helpers/store/verify-fixture.ts';
import { patternContent } from '../../hub/content.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

/** Returns a store with a corrupt file, its place, and the hub of its model. */
async function corruptStore() {
  const hub = await hubForTest({
    repos: { 'org/big': { files: { 'a.bin': { content: patternContent(500_000), lfs: true } } } },
  });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve('hf:org/big');
  await fetcher.fetch([model]);
  const place = join(root, `huggingface/hub/models--org--big/blobs/${model.files[0]?.digest?.hex}`);
  flipByte(place);
  return { hub, root, place };
}

/** Returns a disk on which a rename to a path fails. */
function failing(code: string, isAt: (path: string) => boolean): Disk {
  return {
    ...realDisk,
    rename: async (from, to) => {
      if (isAt(String(to))) throw Object.assign(new Error(code), { code, syscall: 'rename' });
      await realDisk.rename(from, to);
    },
  };
}

describe('the failure of a repair has its cause, its code and its fix:', () => {
  test('the source is not reachable', async () => {
    const { hub, root } = await corruptStore();
    await hub.close();
    const report = await repairStore(root, hub.endpoint);
    expect(report).toMatchObject({
      exitCode: 1,
      problems: [
        {
          outcome: 'failed',
          code: 'RMA_HUB_UNREACHABLE',
          message: expect.stringContaining('ECONNREFUSED'),
          hint: expect.stringMatching(/./),
        },
      ],
    });
  });

  test('the source no longer has the file', async () => {
    const { hub, root } = await corruptStore();
    hub.faults.add({ kind: 'status', status: 404 });
    expect(await repairStore(root, hub.endpoint)).toMatchObject({
      exitCode: 1,
      problems: [
        {
          outcome: 'failed',
          code: 'RMA_HUB_NOT_FOUND',
          hint: expect.stringContaining('to remove the model: rma models rm hf:org/big'),
        },
      ],
    });
  });

  test('a size that is not in the store cannot be requested', async () => {
    const { hub, root } = await corruptStore();
    rmSync(join(root, '.rma/receipts'), { recursive: true });
    rmSync(join(root, '.rma/models'), { recursive: true });
    rmSync(join(root, 'huggingface/hub/models--org--big/trees'), { recursive: true });
    await hub.close();
    expect(await repairStore(root, hub.endpoint)).toMatchObject({
      exitCode: 1,
      problems: [{ outcome: 'failed', code: 'RMA_HUB_UNREACHABLE', hint: expect.stringMatching(/./) }],
    });
  });

  test('[fail C11] the source sends a wrong file twice', async () => {
    const { hub, root } = await corruptStore();
    hub.faults.add({ kind: 'flip-byte' });
    expect(await repairStore(root, hub.endpoint)).toMatchObject({
      exitCode: 6,
      problems: [
        {
          outcome: 'failed',
          code: 'RMA_CONTENT_HASH_MISMATCH',
          hint: expect.stringContaining('try another endpoint or revision'),
        },
      ],
    });
  });

  test.each([
    ['[fail P2] the directory of the file is not writable', 'EACCES', 'RMA_STORE_UNWRITABLE', 3],
    ['[fail D1] the disk is full', 'ENOSPC', 'RMA_STORE_DISK_FULL', 5],
  ])('%s', async (...[, errno, code, exitCode]) => {
    const { hub, root, place } = await corruptStore();
    const disk = failing(errno, (path) => path === place);
    expect(await repairStore(root, hub.endpoint, { disk })).toMatchObject({
      exitCode,
      problems: [
        {
          outcome: 'failed',
          code,
          message: expect.stringContaining(place),
          hint: expect.stringMatching(/./),
        },
      ],
    });
  });
});
