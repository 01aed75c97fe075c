import type { FileSums } from '../domain/file-sums.ts';
import type { Digest } from '../domain/pinned-model.ts';
import type { ScannedFile, ScannedReceipt, ScannedTree } from '../domain/store-scan.ts';
import { groupBy } from './group-by.ts';

/** A scanned name with content. */
export type ContentFile = ScannedFile & { readonly inode: string };

/** A model in one layout. Paths are below the directory of the layout. */
export interface ModelGroup {
  /** sums of `files`, if no file is verified and each is the only name of its content: then `files` and `names` are created on each access */
  readonly sums?: FileSums;
  readonly path: string;
  /** references by the layout alone, the preferred one first */
  readonly references: readonly string[];
  /** references to a commit, by receipts; those of the records come first */
  readonly pinned?: readonly string[];
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
  /** the files in none of the lists, if the layout lists them; otherwise they are searched for */
  readonly unknown?: readonly ScannedFile[];
  /** true: a file may be part of several models */
  readonly sharesFiles?: boolean;
  /** paths of files that belong to the layout, such as locks */
  readonly own: readonly string[];
}

/** Groups the files of a tree. */
export type GroupTree = (tree: ScannedTree, receipts: ReceiptIndex) => TreeGroups;

type Entry = ScannedReceipt['files'][string];

/** Receipts in which the files of a model may be. */
export interface ReceiptGroup {
  readonly paths: readonly string[];
  /** name of a file → its entries in receipts, in the order of their paths */
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
}

/** The receipts of a store by their paths. */
export class ReceiptIndex {
  readonly #receipts: ReadonlyMap<string, ScannedReceipt>;
  readonly #below = new Map<string, ReceiptGroup>();

  constructor(receipts: readonly ScannedReceipt[]) {
    this.#receipts = new Map(receipts.map((receipt) => [receipt.path, receipt]));
  }

  /** Returns the receipts below a directory. */
  below(directory: string): ReceiptGroup {
    const known = this.#below.get(directory);
    if (known !== undefined) return known;
    const paths = [...this.#receipts.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
    const group = this.of(paths);
    this.#below.set(directory, group);
    return group;
  }

  /** Returns the receipts at these paths. */
  of(paths: readonly string[]): ReceiptGroup {
    const all = paths.flatMap((path) => Object.entries(this.#receipts.get(path)?.files ?? {}));
    const named = groupBy(all, ([name]) => name);
    return {
      paths,
      entries: new Map([...named].map(([name, found]) => [name, found.map(([, entry]) => entry)])),
    };
  }

  at(path: string): ScannedReceipt | null {
    return this.#receipts.get(path) ?? null;
  }
}

/** Returns a file with the digest of the first receipt that still describes it, else with the given one, unverified. */
export function withReceipt(
  { entries }: ReceiptGroup,
  { path, file, digest }: Omit<GroupedFile, 'isVerified'>,
): GroupedFile {
  const entry = (entries.get(path) ?? []).find(
    ({ bytes, mtimeNs }) => bytes === file.bytes && mtimeNs === file.mtimeNs,
  );
  return { path, file, digest: entry?.digest ?? digest, isVerified: entry !== undefined };
}

/** Returns whether a scanned name has content. */
export function hasContent(file: ScannedFile): file is ContentFile {
  return file.inode !== null;
}
