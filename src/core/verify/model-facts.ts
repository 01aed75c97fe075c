import type { Inventory, InventoryModel } from '../domain/inventory.ts';
import type { PinnedFile } from '../domain/pinned-model.ts';
import type { StoreScan } from '../domain/store-scan.ts';
import type { Expected, Fix, ReceiptName } from '../domain/verification.ts';
import { below } from '../inventory/grouped-tree.ts';
import { pathFault } from '../store/safe-path.ts';
import { formatBytes } from '../units.ts';
import type { ExpectedFiles } from './expected.ts';
import { pinnedPart } from './pinned-part.ts';

/** A store as one walk has seen it, and the texts of it that a verification needs. */
export interface StoreSnapshot {
  readonly scan: StoreScan;
  readonly inventory: Inventory;
  /** the models to check */
  readonly models: readonly InventoryModel[];
  /** path in the store → text: listings of hub caches, and indexes of sharded weights */
  readonly texts: ReadonlyMap<string, string>;
  /** path in the store → target of a broken link, as the link has it */
  readonly links: ReadonlyMap<string, string>;
}

/** What the checks of one model work with. */
export interface ModelFacts {
  readonly model: InventoryModel;
  readonly expected: ExpectedFiles;
  readonly receipts: ReadonlyMap<string, readonly ReceiptName[]>;
  readonly seen: StoreSnapshot;
  /** text of the manifest of an Ollama model */
  readonly manifest: string | null;
  /** name of each blob of an Ollama model → its size */
  readonly blobs: ReadonlyMap<string, number>;
}

/** How content is fetched. */
export interface FetchInput {
  readonly expected: readonly Expected[];
  readonly place: string;
  /** size to use if none was published */
  readonly seenBytes: number | null;
  readonly link?: string | null;
  readonly inPlace?: boolean;
}

/** Returns how a file gets its right content; null if its source or hash is unknown. */
export function fetchFix(facts: ModelFacts, name: string, input: FetchInput): Fix | null {
  const { expected, place, seenBytes, link = null, inPlace = false } = input;
  const [first] = expected;
  if (first === undefined || pathFault(name) !== null) return null;
  const file: PinnedFile = { path: name, bytes: first.bytes ?? seenBytes ?? 0, digest: first.digest };
  const { manifest } = facts;
  const model = pinnedPart(facts.model, file, { manifest, recorded: facts.expected.record(facts.model) });
  if (model === null) return null;
  const own = facts.expected.receiptsWith(facts.model, name);
  const all = new Map(
    [...(facts.receipts.get(place) ?? []), ...own].map((each) => [JSON.stringify(each), each]),
  );
  return {
    kind: 'fetch',
    model,
    file,
    place,
    link,
    receipts: [...all.values()],
    inPlace,
    isSized: first.bytes !== null,
  };
}

/** Returns whether the store has content of that size at a path. */
export function hasContent(seen: StoreSnapshot, place: string, bytes: number | null): boolean {
  return bytes !== null && sizeAt(seen, place) === bytes;
}

/** Returns the size of the content at a path of the store; null if there is none. */
export function sizeAt({ scan }: StoreSnapshot, place: string): number | null {
  for (const tree of scan.trees) {
    const file = tree.files.find(({ path }) => below(tree, path) === place);
    if (file !== undefined && file.inode !== null) return file.bytes;
  }
  return null;
}

/** Returns the path of content in the hub cache of a model. */
export function blobPlace({ path, commit }: InventoryModel, hex: string): string {
  return `${path.slice(0, -`/snapshots/${commit}`.length)}/blobs/${hex}`;
}

/** Returns what is wrong with a size. */
export function sizeText(bytes: number, wanted: number): string {
  const [found, expected] = [formatBytes(bytes), formatBytes(wanted)];
  return found === expected
    ? `size mismatch: expected ${wanted} bytes, found ${bytes}`
    : `size mismatch: expected ${expected}, found ${found}`;
}
