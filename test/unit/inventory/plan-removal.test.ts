import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/domain/inventory.ts';
import type { ScannedFile, StoreScan } from '../../../src/core/domain/store-scan.ts';
import { buildInventory } from '../../../src/core/inventory/build-inventory.ts';
import { planRemoval } from '../../../src/core/inventory/plan-removal.ts';

const hex = (digit: number, length: number): string => String(digit).repeat(length);
const REPO = 'models--org--name';

/** Commits of one repository over few blobs, Ollama tags over few blobs, GGUF files that may be hard links, and files of the user. */
const stores = fc.record({
  commits: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1 }), { maxLength: 3 }),
  tags: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1 }), { maxLength: 3 }),
  gguf: fc.array(fc.nat(2), { maxLength: 3 }),
  own: fc.array(fc.nat(3), { maxLength: 2 }),
});
type Store = typeof stores extends fc.Arbitrary<infer T> ? T : never;

function scanOf({ commits, tags, gguf, own }: Store): StoreScan {
  const file = (path: string, inode: string, target: string | null = null): ScannedFile => ({
    path,
    bytes: 10,
    diskBytes: 10,
    mtimeNs: '0',
    inode,
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
        files: gguf.map((inode, at) => file(`default/${at}.gguf`, `g${inode}`)),
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
const cases = fc
  .tuple(stores, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }))
  .map(([store, chosen]) => {
    const scan = scanOf(store);
    const found = buildInventory(scan);
    return {
      scan,
      found,
      paths: found.models.filter((_, at) => chosen[at] === true).map(({ path }) => path),
    };
  });

const filesOf = ({ models }: Inventory, paths: readonly string[]) =>
  models
    .filter(({ path }) => !paths.includes(path))
    .map(({ path, files, missing }) => ({ path, missing, files: files.map((file) => file.content) }));

describe('the plan of a removal', () => {
  it('takes exactly the models, and no file of another model or of the user', () => {
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

  it('frees what it says, to the byte', () => {
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
