import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo, testFetcher } from '../../helpers/store/store-fixture.ts';

interface SyncOptions {
  /** receives the path of each file and directory that is about to be synced */
  readonly onSync: (path: string) => void;
  readonly onRename?: (to: string) => void;
}

/** Returns a disk that reports syncs and renames. */
function reportingDisk({ onSync, onRename }: SyncOptions): Disk {
  return {
    ...realDisk,
    rename: async (from, to) => {
      await realDisk.rename(from, to);
      onRename?.(String(to));
    },
    open: async (path, ...rest) => {
      const handle = await realDisk.open(path, ...rest);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        onSync(String(path));
        await sync();
      };
      return handle;
    },
  };
}

it('a downloaded repository has durable blobs before its links, and durable links before its receipt', async () => {
  const server = await startModelServer();
  const repo = smallRepo();
  server.serve(repo);
  const root = tempFolder();
  const steps: string[] = [];
  const step = (name: string) => (path: string) => steps.push(`${name} ${relative(root, path)}`);
  const disk = reportingDisk({ onSync: step('sync'), onRename: step('rename') });
  const fetcher = testFetcher(root, server.url, { disk });
  await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]);
  const folder = 'huggingface/hub/models--acme--tiny';
  const order = [
    steps.findLastIndex((each) => each.startsWith(`rename ${folder}/blobs/`)),
    steps.indexOf(`sync ${folder}/blobs`),
    steps.indexOf(`rename ${folder}/snapshots/${repo.commit}`),
    steps.indexOf(`sync ${folder}/snapshots`),
    steps.findIndex((each) => /^rename \.rma\/receipts\/hf\//.test(each)),
  ];
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});
