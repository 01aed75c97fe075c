import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { hubFolder, smallRepo, testFetcher } from '../../helpers/store/store-fixture.ts';

async function setUp(files: Readonly<Record<string, string>>, disk: Disk = realDisk) {
  const server = await startModelServer();
  const repo = smallRepo();
  const served = Object.entries(files).map(([path, content]) => ({
    path,
    content: Buffer.from(content),
    lfs: false,
  }));
  server.serve({ ...repo, files: served });
  const root = tempFolder();
  const fetcher = testFetcher(root, server.url, { disk });
  const fetch = async () => (await fetcher.fetch([await fetcher.resolve('hf:acme/tiny')]))[0];
  const read = (path: string) =>
    readFileSync(join(hubFolder(root, 'acme/tiny'), 'snapshots', repo.commit, path), 'utf8');
  return { server, fetch, read };
}

/** A disk on which a new file replaces one whose name differs only by case. */
function foldingDisk(): Disk {
  const names = new Set<string>();
  const open = (async (path: string, flags?: string, mode?: number) => {
    const folded = path.toLowerCase();
    if (flags?.startsWith('wx') && names.has(folded)) {
      throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST', syscall: 'open' });
    }
    if (flags?.startsWith('wx')) names.add(folded);
    return fs.open(path, flags, mode);
  }) as Disk['open'];
  return { ...realDisk, open };
}

test('[case F12] stores names that differ by case, and names of devices of Windows', async () => {
  const { fetch, read } = await setUp({
    'README.md': 'upper',
    'readme.md': 'lower',
    'aux/con.txt': 'device',
    'Data/x': 'one',
    'data/X': 'two',
  });
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(['README.md', 'readme.md', 'aux/con.txt', 'Data/x', 'data/X'].map(read)).toEqual([
    'upper',
    'lower',
    'device',
    'one',
    'two',
  ]);
});

test('[case F12] a file system that cannot hold both names is an error with both, before a download', async () => {
  const { server, fetch } = await setUp({ 'README.md': 'upper', 'readme.md': 'lower' }, foldingDisk());
  expect(await fetch()).toMatchObject({
    state: 'failed',
    error: {
      code: 'RMA_STORE_NAME_CLASH',
      exitCode: 6,
      message: expect.stringContaining('"README.md" and "readme.md"'),
      hint: expect.stringContaining('case-sensitive'),
    },
  });
  expect(server.downloads()).toHaveLength(0);
});

test('[case F12] ordinary names are stored on such a file system', async () => {
  const { fetch, read } = await setUp({ 'README.md': 'one', 'a/readme.md': 'two' }, foldingDisk());
  expect(await fetch()).toMatchObject({ state: 'present' });
  expect(read('a/readme.md')).toBe('two');
});
