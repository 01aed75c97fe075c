import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ScannedFile, ScannedTree, StoreScan } from '../../../src/core/domain/store-scan.ts';
import { buildInventory } from '../../../src/core/inventory/build-inventory.ts';
import { below } from '../../../src/core/inventory/grouped-tree.ts';

const COMMITS = ['a'.repeat(40), 'b'.repeat(40)];
const BLOBS = ['1'.repeat(64), '2'.repeat(64), '3'.repeat(40)];
const REPOS = ['models--org--one', 'models--org--two'];

/** Paths of each tree, in its layout and next to it. */
const PATHS: ReadonlyMap<string | null, readonly string[]> = new Map([
  [
    'hf',
    REPOS.flatMap((repo) => [
      ...BLOBS.map((blob) => `${repo}/blobs/${blob}`),
      ...COMMITS.flatMap((commit) => [
        `${repo}/snapshots/${commit}/a`,
        `${repo}/snapshots/${commit}/sub/b.gguf`,
      ]),
      `${repo}/notes.txt`,
    ]),
  ],
  ['plain', ['org/one/a', 'org/one/b', 'org/two/a', 'stray']],
  ['ollama', [...BLOBS.slice(0, 2).map((blob) => `blobs/sha256-${blob}`), 'notes.txt']],
  ['ms', ['org/one/model.gguf', 'org/one/.msc', 'org/two/a']],
  ['url', ['default/one.gguf', 'default/two.gguf']],
  [null, ['mine/a', 'mine/b', 'x']],
]);

interface Name {
  readonly source: string | null;
  readonly path: string;
  /** number of its content, or of the name to which it leads as a symbolic link */
  readonly content: number;
  readonly isLink: boolean;
}

const nameIn = (source: string | null, paths: readonly string[]) =>
  fc.record({
    source: fc.constant(source),
    path: fc.constantFrom(...paths),
    content: fc.nat(12),
    isLink: fc.boolean(),
  });

const stores = fc
  .uniqueArray(fc.oneof(...[...PATHS].map(([source, paths]) => nameIn(source, paths))), {
    selector: ({ source, path }) => `${source} ${path}`,
    maxLength: 24,
  })
  .map(scanOf);

/** Returns what a walk sees of these names. */
function scanOf(names: readonly Name[]): StoreScan {
  const plain = names.filter(({ isLink }) => !isLink);
  const links = (content: number) => plain.filter((name) => name.content === content).length;
  const fileOf = (name: Name): ScannedFile[] => {
    const to = name.isLink ? plain[name.content % Math.max(plain.length, 1)] : name;
    if (to === undefined) return [];
    const { content } = to;
    const facts = {
      bytes: 10 + content,
      diskBytes: 512,
      mtimeNs: `${content}000000000`,
      inode: `1:${content}`,
    };
    const target = name.source === null ? below(to, to.path) : to.source === name.source ? to.path : null;
    return [
      {
        path: name.path,
        ...facts,
        isOnlyName: links(content) === 1,
        target: name.isLink ? target : null,
        ...(name.isLink && target === null && { leadsElsewhere: true }),
      },
    ];
  };
  const trees = [...PATHS.keys()].map((source): ScannedTree => {
    const files = names.filter((name) => name.source === source).flatMap(fileOf);
    return { source, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), texts: new Map() };
  });
  return {
    trees,
    receipts: [],
    records: [],
    needs: [],
    badNeeds: [],
    pins: [],
    badPins: [],
    uses: [],
    pieces: new Set(),
    staging: [],
    links: new Map(),
    marked: [],
  };
}

function uncounted({ trees, ...scan }: StoreScan): StoreScan {
  const files = (tree: ScannedTree) => tree.files.map(({ isOnlyName: _, ...file }) => file);
  return { ...scan, trees: trees.map((tree) => ({ ...tree, files: files(tree) })) };
}

it('whatever the links in a store, its inventory is the same whether or not the walk counted hard links', () => {
  fc.assert(
    fc.property(stores, (scan) => {
      expect(buildInventory(scan)).toEqual(buildInventory(uncounted(scan)));
    }),
    { numRuns: 300 },
  );
});
