import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { guardOf, StoreGuard } from '../../../src/adapters/store/disk/store-guard.ts';
import { scanStore } from '../../../src/adapters/store/inventory/scan-store.ts';
import { sumDirectories } from '../../../src/adapters/store/inventory/sum-directories.ts';
import { walk } from '../../../src/adapters/store/inventory/walk.ts';
import { cacheReport } from '../../../src/core/cache/cache-report.ts';
import type { StoreScan } from '../../../src/core/domain/store-scan.ts';
import { buildInventory } from '../../../src/core/inventory/build-inventory.ts';
import { listed } from '../../../src/core/inventory/summed-directories.ts';
import { totalSize } from '../../../src/core/inventory/total-size.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { viewOf } from '../../helpers/builders/cache-view.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';

/** Places of files: in directories of models, next to them, and outside of the layout. */
const PLACES = [
  ...['acme/one', 'acme/two', 'other/one'].flatMap((home) =>
    ['a', 'b.gguf', 'sub/c', '.cache/d', '.gitattributes'].map((name) => `local/${home}/${name}`),
  ),
  'local/stray',
  'local/acme/stray',
  'mine/a',
  'gguf/default/b.gguf',
];

const names = fc.uniqueArray(
  fc.record({
    path: fc.constantFrom(...PLACES),
    kind: fc.constantFrom('file', 'file', 'file', 'hard link', 'link', 'broken link', 'directory link'),
    to: fc.nat(),
  }),
  { selector: ({ path }) => path, minLength: 1, maxLength: 12 },
);

type Name = ReturnType<typeof names.generate>['value'][number];

function plant(root: string, found: readonly Name[]): void {
  const files: string[] = [];
  const ordered = [...found].sort((a, b) => Number(b.kind === 'file') - Number(a.kind === 'file'));
  for (const { path, kind, to } of ordered) {
    const target = files[to % Math.max(1, files.length)];
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (kind === 'file' || target === undefined) files.push(plantFile(root, path));
    else if (kind === 'hard link') linkSync(target, place);
    else
      symlinkSync({ link: target, 'broken link': 'nothing', 'directory link': dirname(target) }[kind], place);
  }
}

/** Returns an inventory in full; sums are no part of what it shows. */
const shown = (scan: StoreScan) => {
  const { models, ...rest } = buildInventory(scan);
  return { ...rest, models: models.map((model) => ({ ...model, sums: undefined })) };
};

/** Returns what `cache df` and `cache ls` show. */
const report = (scan: StoreScan) =>
  cacheReport(
    viewOf([], {
      inventory: buildInventory(scan),
      links: scan.links,
      diskBytes: totalSize('diskBytes', scan.trees, []),
    }),
  );

test('sums and lists of directories give the same inventory', async () => {
  await fc.assert(
    fc.asyncProperty(names, async (found) => {
      const root = tempFolder();
      plant(root, found);
      const paths = storePaths(root, {});
      const scan = await scanStore({ disk: realDisk, guard: guardOf(paths), paths });
      const whole = { ...scan, trees: scan.trees.map((tree) => listed(tree)) };
      expect(shown(scan)).toEqual(shown(whole));
      expect(report(scan)).toEqual(report(whole));
      for (const { source, files } of whole.trees) {
        if (source !== 'plain') continue;
        const context = { disk: realDisk, guard: guardOf(paths) };
        const walked = { root: join(root, 'local'), skip: new Set<string>(), reads: () => false };
        expect(files).toEqual((await walk(context, walked)).files);
      }
    }),
    { numRuns: 60 },
  );
});

test('directories without anything but files are summed', async () => {
  const root = tempFolder();
  for (let home = 0; home < 50; home++)
    for (let file = 0; file < 10; file++) plantFile(root, `acme/model-${home}/${file}`, 'x'.repeat(home));
  const context = { disk: realDisk, guard: new StoreGuard([root]) };
  const found = await sumDirectories(context, { root, skip: new Set(), isSummed: () => true });
  expect(found.map(({ path, sums: { files, bytes } }) => [path, files, bytes]).sort()).toEqual(
    Array.from({ length: 50 }, (_, home) => [`acme/model-${home}`, 10, 10 * home]).sort(),
  );
});
