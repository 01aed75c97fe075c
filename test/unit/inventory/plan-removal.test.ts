import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/domain/inventory.ts';
import type { ScannedFile, StoreScan } from '../../../src/core/domain/store-scan.ts';
import { buildInventory } from '../../../src/core/inventory/build-inventory.ts';
import { planRemoval } from '../../../src/core/inventory/plan-removal.ts';

const hex = (digit: number, length: number): string => String(digit).repeat(length);
const REPO = 'models--org--name';

const parts = {
  commits: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1 }), { maxLength: 3 }),
  tags: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1 }), { maxLength: 3 }),
  gguf: fc.array(fc.nat(2), { maxLength: 3 }),
  own: fc.array(fc.nat(3), { maxLength: 2 }),
};
const NONE: fc.Arbitrary<never[]> = fc.constant([]);
/** Commits of one repository over few blobs, Ollama tags over few blobs, GGUF files that may be hard links, and files of the user. */
const stores = fc.record({ ...parts, aliases: NONE, outside: NONE });
/** The same with links to some GGUF files, and with content to which hard links outside of the store lead. */
const linkedStores = fc.record({
  ...parts,
  aliases: fc.uniqueArray(fc.nat(2)),
  outside: fc.subarray(['hf0', 'hf1', 'o0', 'o4', 'g0', 'g1']),
});
type Store = typeof linkedStores extends fc.Arbitrary<infer T> ? T : never;

function scanOf({ commits, tags, gguf, aliases, own, outside }: Store): StoreScan {
  const names = [...gguf, ...own].map((content) => `g${content}`);
  const links = (inode: string) =>
    Math.max(1, names.filter((each) => each === inode).length) + (outside.includes(inode) ? 1 : 0);
  const file = (path: string, inode: string, target: string | null = null): ScannedFile => ({
    path,
    bytes: 10,
    diskBytes: 10,
    mtimeNs: '0',
    inode,
    links: links(inode),
    target,
  });
  const hf = [
    ...[0, 1, 2, 3].map((blob) => file(`${REPO}/blobs/${hex(blob, 64)}`, `hf${blob}`)),
    ...commits.flatMap((blobs, at) =>
      blobs.map((blob) =>
        file(`${REPO}/snapshots/${hex(at, 40)}/f${blob}`, `hf${blob}`, `${REPO}/blobs/${hex(blob, 64)}`),
      ),
    ),
  ];
  const ollama = [
    ...[0, 1, 2, 3, 4].map((blob) => file(`blobs/sha256-${hex(blob, 64)}`, `o${blob}`)),
    ...tags.map((_, at) => file(manifestPath(at), `m${at}`)),
  ];
  return {
    trees: [
      { source: 'hf', files: hf, texts: new Map() },
      {
        source: 'ollama',
        files: ollama,
        texts: new Map(tags.map((blobs, at) => [manifestPath(at), manifest(blobs)])),
      },
      {
        source: 'url',
        files: [
          ...gguf.map((inode, at) => file(`default/${at}.gguf`, `g${inode}`)),
          ...aliases.flatMap((at) => {
            const inode = gguf[at];
            const target = `default/${at}.gguf`;
            return inode === undefined ? [] : [file(`default/alias${at}.gguf`, `g${inode}`, target)];
          }),
        ],
        texts: new Map(),
      },
      { source: null, files: own.map((inode, at) => file(`mine/${at}`, `g${inode}`)), texts: new Map() },
    ],
    receipts: [],
    records: [],
    needs: [],
    uses: [],
    pieces: new Set(),
    staging: [],
    links: new Map(),
    marked: [],
    badNeeds: [],
    pins: [],
    badPins: [],
  };
}

function manifestPath(at: number): string {
  return `manifests/registry.ollama.ai/library/m${at}/latest`;
}

function manifest(blobs: readonly number[]): string {
  const blob = (digit: number, mediaType: string) => ({
    mediaType,
    digest: `sha256:${hex(digit, 64)}`,
    size: 10,
  });
  return JSON.stringify({
    schemaVersion: 2,
    config: blob(4, 'application/vnd.docker.container.image.v1+json'),
    layers: blobs.map((digit) => blob(digit, 'application/vnd.ollama.image.model')),
  });
}

/** Returns the scan without the paths that a removal takes, as the store is after it. */
function without(scan: StoreScan, removed: ReadonlySet<string>): StoreScan {
  const directory: Readonly<Record<string, string>> = {
    hf: 'huggingface/hub',
    ollama: 'ollama',
    url: 'gguf',
  };
  return {
    ...scan,
    trees: scan.trees.map((tree) => {
      const below = (path: string) => (tree.source === null ? path : `${directory[tree.source]}/${path}`);
      return {
        ...tree,
        files: tree.files.filter(({ path }) => !removed.has(below(path))),
        texts: new Map([...tree.texts].filter(([path]) => !removed.has(below(path)))),
      };
    }),
  };
}

/** Returns a store, and the paths of some of its models. */
const casesOf = (arbitrary: fc.Arbitrary<Store>) =>
  fc.tuple(arbitrary, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })).map(([store, chosen]) => {
    const scan = scanOf(store);
    const found = buildInventory(scan);
    return {
      scan,
      found,
      outside: new Set(store.outside),
      paths: found.models.filter((_, at) => chosen[at] === true).map(({ path }) => path),
    };
  });
const cases = casesOf(stores);

const filesOf = ({ models }: Inventory, paths: readonly string[]) =>
  models
    .filter(({ path }) => !paths.includes(path))
    .map(({ path, files, missing }) => ({ path, missing, files: files.map((file) => file.content) }));

describe('the plan of a removal', () => {
  it('removes exactly the models, and no file of another model or of the user', () => {
    fc.assert(
      fc.property(cases, ({ scan, found, paths }) => {
        const plan = planRemoval(found, paths);
        const after = buildInventory(without(scan, new Set([...plan.names, ...plan.contents])));
        expect(filesOf(after, [])).toEqual(filesOf(found, paths));
        expect(after.unknown).toEqual(found.unknown);
        expect(after.orphans).toEqual(found.orphans);
      }),
    );
  });

  it('frees what it announces, to the byte', () => {
    fc.assert(
      fc.property(cases, ({ scan, found, paths }) => {
        const plan = planRemoval(found, paths);
        const after = buildInventory(without(scan, new Set([...plan.names, ...plan.contents])));
        // manifests are names of the layout, not content
        const manifests = 10 * plan.names.filter((name) => name.includes('/manifests/')).length;
        expect(found.totalBytes - after.totalBytes - manifests).toBe(plan.freedBytes);
      }),
    );
  });

  it('frees no content to which a hard link leads, in the store or outside, and all other, whatever links lead to it', () => {
    fc.assert(
      fc.property(casesOf(linkedStores), ({ scan, found, outside, paths }) => {
        const plan = planRemoval(found, paths);
        const after = without(scan, new Set([...plan.names, ...plan.contents]));
        const names = after.trees.flatMap(({ files }) => files.filter(({ target }) => target === null));
        const inStore = new Set(names.map(({ inode }) => inode));
        const removed = found.models.filter(({ path }) => paths.includes(path));
        const inodes = [...new Set(removed.flatMap(({ files }) => files.map(({ inode }) => inode)))];
        const gone = inodes.filter((inode) => !inStore.has(inode));
        expect(plan).toMatchObject({
          freedBytes: 10 * gone.filter((inode) => !outside.has(inode)).length,
          linkedBytes: 10 * gone.filter((inode) => outside.has(inode)).length,
          keptBytes: 10 * (inodes.length - gone.length),
        });
        expect(plan.keptBy.length > 0).toBe(plan.keptBytes > 0);
      }),
    );
  });

  it('is the same for all orders of the models, and nothing for unknown paths', () => {
    fc.assert(
      fc.property(cases, ({ found, paths }) => {
        const plan = planRemoval(found, paths);
        expect(planRemoval(found, [...paths].reverse())).toEqual(plan);
        expect(planRemoval(found, ['nowhere'])).toMatchObject({ names: [], contents: [], freedBytes: 0 });
      }),
    );
  });
});
