import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StatsReader } from '../../../src/adapters/store/disk/stats-reader.ts';
import { StoreGuard } from '../../../src/adapters/store/disk/store-guard.ts';

/** A store with files and links of all kinds, next to a file outside of it. */
function store(): string {
  const base = mkdtempSync(join(tmpdir(), 'rma-stats-'));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const root = join(base, 'store');
  for (const folder of ['blobs', 'snapshots/commit/nested/deep'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(base, 'outside'), 'secret');
  writeFileSync(join(root, 'blobs/one'), 'content');
  const links: Readonly<Record<string, string>> = {
    'blobs/again': 'one',
    'snapshots/commit/linked': '../../blobs/one',
    'snapshots/commit/nested/deep/linked': '../../../../blobs/one',
    'snapshots/commit/twice': '../../blobs/again',
    'snapshots/commit/absolute': join(root, 'blobs/one'),
    'snapshots/commit/outside': '../../../outside',
    'snapshots/commit/passwd': '/etc/passwd',
    'snapshots/commit/loop': 'loop',
    'snapshots/commit/dangling': '../../blobs/two',
    'snapshots/commit/directory': '../../blobs',
    'snapshots/other': 'commit',
    'snapshots/foreign': '/etc',
  };
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  writeFileSync(join(root, 'snapshots/commit/plain'), 'plain');
  return root;
}

const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

it.each([
  ['a file', 'blobs/one', 7],
  ['a file in a snapshot', 'snapshots/commit/plain', 5],
  ['a link', 'snapshots/commit/linked', 7],
  ['a link in a nested directory', 'snapshots/commit/nested/deep/linked', 7],
  ['a link to a link', 'snapshots/commit/twice', 7],
  ['an absolute link within the store', 'snapshots/commit/absolute', 7],
  ['a link in a linked directory', 'snapshots/other/linked', 7],
  ['a link to a file outside', 'snapshots/commit/outside', null],
  ['an absolute link out of the store', 'snapshots/commit/passwd', null],
  ['a link to itself', 'snapshots/commit/loop', null],
  ['a dangling link', 'snapshots/commit/dangling', null],
  ['a directory', 'blobs', null],
  ['a link to a directory', 'snapshots/commit/directory', null],
  ['a missing file', 'snapshots/commit/missing', null],
  ['a file below a file', 'blobs/one/file', null],
  ['a name that is too long', `blobs/${'x'.repeat(300)}`, null],
  ['a file in a directory that links out of the store', 'snapshots/foreign/passwd', 'RMA_STORE_LINK'],
])('reads the stats of %s as the guard does', (_, path, expected) => {
  const root = store();
  const guard = new StoreGuard([root]);
  const reader = new StatsReader(guard);
  const read = (from: Pick<StatsReader, 'fileStats'>) =>
    outcome(() => {
      const stats = from.fileStats(join(root, path));
      return stats === null ? null : Number(stats.size);
    });
  expect(read(guard)).toBe(expected);
  expect(read(reader)).toBe(expected);
  // the second time from what it remembers
  expect(read(reader)).toBe(expected);
});
