import type { InventoryFile, InventoryModel } from '../domain/inventory.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import type { StoreScan } from '../domain/store-scan.ts';
import type { Expected, ReceiptName } from '../domain/verification.ts';
import { parseTree } from '../source/huggingface-tree.ts';
import { layoutOf, sourceOf } from '../source/sources.ts';

/** What a store has recorded about the correct content of its files. */
export class ExpectedFiles {
  readonly #scan: StoreScan;
  readonly #receipts: ReadonlyMap<string, StoreScan['receipts'][number]>;
  readonly #records: ReadonlyMap<string, readonly PinnedModel[]>;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #published = new Map<string, ReadonlyMap<string, readonly Expected[]>>();

  /** @param texts path in the store → text, for the listings of hub caches */
  constructor(scan: StoreScan, texts: ReadonlyMap<string, string>) {
    this.#scan = scan;
    this.#texts = texts;
    this.#receipts = new Map(scan.receipts.map((receipt) => [receipt.path, receipt]));
    const records = new Map<string, PinnedModel[]>();
    for (const record of scan.records) {
      const path = sourceOf(record).store.receipt(record);
      records.set(path, [...(records.get(path) ?? []), record]);
    }
    this.#records = records;
  }

  /** Returns what a file of a model may be, by receipts, records and listings; empty if nothing was published. */
  published(model: InventoryModel, name: string): readonly Expected[] {
    const known = this.#published.get(model.path) ?? this.#publishedOf(model);
    this.#published.set(model.path, known);
    return known.get(name) ?? [];
  }

  /** Returns the files that the store recorded for a model. */
  recorded(model: InventoryModel): readonly PinnedFile[] {
    return this.#recordsOf(model).flatMap(({ files }) => files);
  }

  /** Returns the record of the preferred reference of a model; undefined without one. */
  record(model: InventoryModel): PinnedModel | undefined {
    return this.#recordsOf(model).find(({ ref }) => ref === model.references[0]);
  }

  #recordsOf(model: InventoryModel): readonly PinnedModel[] {
    return receiptsOf(model).flatMap((path) => this.#records.get(path) ?? []);
  }

  /** Returns the entries of all receipts that describe content, by its path. */
  receiptNames(models: readonly InventoryModel[]): ReadonlyMap<string, readonly ReceiptName[]> {
    const found = new Map<string, ReceiptName[]>();
    const add = (place: string, receipt: string, name: string) => {
      if (entry(this.#receipts.get(receipt), name) === null) return;
      const known = found.get(place) ?? [];
      if (!known.some((each) => each.receipt === receipt && each.name === name))
        found.set(place, [...known, { receipt, name }]);
    };
    const ollama = this.#scan.receipts.map(({ path }) => path).filter((path) => path.startsWith('ollama/'));
    for (const model of models) {
      const receipts = layoutOf(model) === 'ollama' ? ollama : receiptsOf(model);
      for (const file of model.files) for (const path of receipts) add(file.content, path, file.path);
    }
    return found;
  }

  /** Returns the entries of the receipts of a model that describe one of its files. */
  receiptsWith(model: InventoryModel, name: string): readonly ReceiptName[] {
    return receiptsOf(model)
      .filter((receipt) => entry(this.#receipts.get(receipt), name) !== null)
      .map((receipt) => ({ receipt, name }));
  }

  #publishedOf(model: InventoryModel): ReadonlyMap<string, readonly Expected[]> {
    const receipts = receiptsOf(model).flatMap((path) => {
      const { files = {} } = this.#receipts.get(path) ?? {};
      return Object.entries(files).map(([name, { bytes, digest }]) => ({ path: name, bytes, digest }));
    });
    const listing = listingPath(model);
    const listed = listing === null ? null : parseTree(this.#texts.get(listing) ?? '');
    const found = new Map<string, Expected[]>();
    for (const { path, bytes, digest } of [...receipts, ...this.recorded(model), ...(listed ?? [])]) {
      const known = found.get(path) ?? [];
      if (digest !== null && !known.some((each) => each.digest.hex === digest.hex))
        found.set(path, [...known, { bytes, digest }]);
    }
    return found;
  }
}

/** Returns the path of the listing of a commit in a hub cache; null for a model of another layout. */
export function listingPath({ commit, path }: InventoryModel): string | null {
  const suffix = `/snapshots/${commit ?? ''}`;
  return commit !== null && path.endsWith(suffix)
    ? `${path.slice(0, -suffix.length)}/trees/${commit}.json`
    : null;
}

/** Returns the hash in the name of content; empty if there is none. */
export function named({ content }: Pick<InventoryFile, 'content'>): readonly Expected[] {
  const hex = /\/blobs\/(?:sha256-)?([0-9a-f]{64}|[0-9a-f]{40})$/.exec(content)?.[1];
  if (hex === undefined) return [];
  return [{ bytes: null, digest: { algorithm: hex.length === 64 ? 'sha256' : 'git-sha1', hex } }];
}

/** Returns the paths of the receipts of a model, below the directory of receipts. */
export function receiptsOf({ records }: InventoryModel): readonly string[] {
  return records.flatMap((path) => (path.startsWith('receipts/') ? path.slice('receipts/'.length) : []));
}

function entry(receipt: StoreScan['receipts'][number] | undefined, name: string) {
  const files = receipt?.files ?? {};
  return Object.hasOwn(files, name) ? (files[name] ?? null) : null;
}
