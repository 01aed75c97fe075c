import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher } from '../../helpers/store/store-fixture.ts';

/** The disk of a file system on which one kind of links fails. */
function without(syscall: 'link' | 'symlink', code: string): Disk {
  return {
    ...realDisk,
    [syscall]: () => Promise.reject(Object.assign(new Error(`${code}: injected`), { code, syscall })),
  };
}

test.each([
  ['[fail L2] hard links (%s)', 'link', 'EPERM'],
  ['[fail L2] hard links (%s)', 'link', 'ENOSYS'],
  ['[fail P4] symbolic links (%s)', 'symlink', 'EPERM'],
  ['[fail P4] symbolic links (%s)', 'symlink', 'EOPNOTSUPP'],
] as const)('a file system without %s is an error with what the store needs', async (_, syscall, code) => {
  const server = await startModelServer();
  server.serve(smallRepo());
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url, { disk: without(syscall, code) });
  const [result] = await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  expect(result?.state === 'failed' && toErrorDocument(result.error)).toMatchObject({
    code: 'RMA_STORE_NO_LINKS',
    exitCode: 3,
    message: expect.stringContaining(root),
    hint: expect.stringContaining('NFS'),
  });
});
