import type { Digest } from '../domain/pinned-model.ts';
import type { ScannedFile, ScannedReceipt, ScannedTree } from '../domain/store-scan.ts';

/** A scanned name with content. */
export type ContentFile = ScannedFile & { readonly inode: string };

/** A model in one layout. Paths are below the directory of the layout. */
export interface ModelGroup {
  readonly path: string;
  /** references by the layout alone, the plainest first */
  readonly references: readonly string[];
  readonly commit: string | null;
  readonly files: readonly GroupedFile[];
  readonly missing: readonly string[];
  /** own names, in the order of their removal */
  readonly names: readonly string[];
  /** paths of its receipts, which also identify its records */
  readonly receipts: readonly string[];
  /** name of the lease of its source; null if there is none */
  readonly lease: string | null;
}

export interface GroupedFile {
  /** as its source names it */
  readonly path: string;
  readonly file: ContentFile;
  readonly digest: Digest | null;
  readonly isVerified: boolean;
}

/** What a layout makes of the files of its tree; a file that is in none of the lists is unknown. */
export interface TreeGroups {
  readonly models: readonly ModelGroup[];
  readonly partial: readonly ScannedFile[];
  readonly orphans: readonly ScannedFile[];
  /** content that something unreadable may use too: it is never removed with a model */
  readonly undecided?: readonly ScannedFile[];
  /** paths of files that belong to the layout, such as locks */
  readonly own: readonly string[];
}

/** Groups the files of a tree. */
export type GroupTree = (tree: ScannedTree, receipts: ReceiptIndex) => TreeGroups;

type Entry = ScannedReceipt['files'][string];

/** The receipts of a store by their paths. */
export class ReceiptIndex {
  readonly #receipts: ReadonlyMap<string, ScannedReceipt>;

  constructor(receipts: readonly ScannedReceipt[]) {
    this.#receipts = new Map(receipts.map((receipt) => [receipt.path, receipt]));
  }

  /** Returns the paths of the receipts below a directory. */
  below(directory: string): readonly string[] {
    return [...this.#receipts.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
  }

  at(path: string): ScannedReceipt | null {
    return this.#receipts.get(path) ?? null;
  }

  /** Returns a file with the digest of the first receipt that still describes it, else with the given one, unverified. */
  judge(receipts: readonly string[], { path, file, digest }: Omit<GroupedFile, 'isVerified'>): GroupedFile {
    for (const receipt of receipts) {
      const entry = this.#entry(receipt, path);
      if (entry !== null && entry.bytes === file.bytes && entry.mtimeNs === file.mtimeNs)
        return { path, file, digest: entry.digest, isVerified: true };
    }
    return { path, file, digest, isVerified: false };
  }

  #entry(receipt: string, path: string): Entry | null {
    const files = this.#receipts.get(receipt)?.files ?? {};
    return Object.hasOwn(files, path) ? (files[path] ?? null) : null;
  }
}

/** Returns whether a scanned name has content. */
export function hasContent(file: ScannedFile): file is ContentFile {
  return file.inode !== null;
}
