import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { hubFolder, testFetcher } from '../../helpers/store/store-fixture.ts';

const KIB = 1024;
const COUNT = 20;
const CONTENTS = Array.from({ length: COUNT }, (_, n) => randomBytes((n + 1) * 10 * KIB));
const BYTES = CONTENTS.reduce((sum, { length }) => sum + length, 0);

/** A repository of small files, and one fetch of it with a disk. */
async function smallFiles() {
  const server = await startModelServer();
  server.serve({
    repo: 'acme/small',
    commit: 'c0ffee'.padEnd(40, '0'),
    files: CONTENTS.map((content, n) => ({ path: `part-${n}.safetensors`, content, lfs: true })),
  });
  const root = tempFolder();
  const staging = join(root, '.rma/staging');
  return {
    server,
    blobs: join(hubFolder(root, 'acme/small'), 'blobs'),
    staging,
    /** paths below the staging directory, without directories */
    staged: () =>
      readdirSync(staging, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.part') || name.endsWith('.json'))
        .map((name) => join(staging, name)),
    fetch: async (disk: Disk = realDisk) => {
      const fetcher = testFetcher(root, server.url, { disk });
      const [result] = await fetcher.fetch([await fetcher.resolve('hf:acme/small')]);
      return result;
    },
  };
}

/** A disk that replaces methods of open files. */
function withFiles(
  replace: (path: string, handle: FileHandle) => Partial<Pick<FileHandle, 'datasync' | 'writev'>>,
): Disk {
  return {
    ...realDisk,
    open: async (path, ...rest) => {
      const handle = await realDisk.open(path, ...rest);
      return Object.assign(handle, replace(String(path), handle));
    },
  };
}

/** A disk that publishes no content. */
const UNPUBLISHED: Disk = {
  ...realDisk,
  rename: (from, to) =>
    String(to).includes('/blobs/')
      ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'rename' }))
      : realDisk.rename(from, to),
};

test('[fail D2] a small file is synced before it gets its final name', async () => {
  const synced = new Set<string>();
  const published: string[] = [];
  const files = withFiles((path, handle) => {
    const datasync = handle.datasync.bind(handle);
    return {
      datasync: async () => {
        await datasync();
        synced.add(path);
      },
    };
  });
  const disk: Disk = {
    ...files,
    rename: (from, to) => {
      if (String(to).includes('/blobs/')) published.push(synced.has(String(from)) ? 'synced' : String(to));
      return realDisk.rename(from, to);
    },
  };
  const rig = await smallFiles();
  expect(await rig.fetch(disk)).toMatchObject({ state: 'present', fetchedBytes: BYTES });
  expect(published).toEqual(Array(COUNT).fill('synced'));
  expect(readdirSync(rig.staging)).toEqual([]);
  for (const name of readdirSync(rig.blobs)) expect(sha256(readFileSync(join(rig.blobs, name)))).toBe(name);
});

test('[fail R7] small files that were not published are complete, without journals, and are not fetched again', async () => {
  const rig = await smallFiles();
  expect(await rig.fetch(UNPUBLISHED)).toMatchObject({ error: { code: 'RMA_STORE_DISK_FULL' } });
  expect(rig.staged().map((path) => sha256(readFileSync(path)))).toEqual(
    expect.arrayContaining(CONTENTS.map(sha256)),
  );
  expect(rig.staged()).toHaveLength(COUNT);
  rig.server.requests.length = 0;
  expect(await rig.fetch()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(rig.server.downloads()).toEqual([]);
  expect(readdirSync(rig.staging)).toEqual([]);
});

test('[fail R8] a small file that a crash left incomplete or wrong is fetched again', async () => {
  const rig = await smallFiles();
  await rig.fetch(UNPUBLISHED);
  const [short = '', wrong = '', gone = ''] = rig.staged();
  const lost = [short, wrong].reduce((sum, path) => sum + readFileSync(path).length, 0);
  writeFileSync(wrong, Buffer.alloc(readFileSync(wrong).length));
  truncateSync(short, readFileSync(short).length - 1);
  const disk: Disk = {
    ...realDisk,
    // as if another process had removed it meanwhile
    open: (path, ...rest) => realDisk.open(path === gone ? `${gone}.gone` : path, ...rest),
  };
  const missing = readFileSync(gone).length;
  expect(await rig.fetch(disk)).toMatchObject({ state: 'present', fetchedBytes: lost + missing });
  for (const name of readdirSync(rig.blobs)) expect(sha256(readFileSync(join(rig.blobs, name)))).toBe(name);
  expect(readdirSync(rig.staging)).toEqual([]);
});

test.each([
  ['writev', 'ENOSPC', 'RMA_STORE_DISK_FULL', 5],
  ['writev', 'EDQUOT', 'RMA_STORE_QUOTA', 5],
  ['datasync', 'EIO', 'RMA_STORE_IO', 1],
] as const)(
  '[fail D1] [fail D2] a %s of small files that fails with %s leaves none of them',
  async (...[step, errno, code, exitCode]) => {
    const rig = await smallFiles();
    const fails = () => Promise.reject(Object.assign(new Error(errno), { code: errno, syscall: step }));
    const result = await rig.fetch(withFiles((path) => (path.endsWith('.part') ? { [step]: fails } : {})));
    expect(result?.state === 'failed' && toErrorDocument(result.error)).toMatchObject({ code, exitCode });
    expect(rig.staged()).toEqual([]);
    expect(existsSync(rig.blobs) ? readdirSync(rig.blobs) : []).toEqual([]);
    expect(await rig.fetch()).toMatchObject({ state: 'present' });
  },
);
