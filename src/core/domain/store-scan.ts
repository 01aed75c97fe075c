import type { StoreNeeds } from './fetch-request.ts';
import type { FileSums } from './file-sums.ts';
import type { ModelUse } from './model-use.ts';
import type { Digest, PinnedModel } from './pinned-model.ts';

/** One name in a store. Names that lead to no regular file in the store have no content. */
export interface ScannedFile {
  /** POSIX path below the directory of its tree */
  readonly path: string;
  /** size of the content, links followed; 0 without content */
  readonly bytes: number;
  /** bytes that the content occupies on disk; 0 without content */
  readonly diskBytes: number;
  /** modification time of the content, nanoseconds as decimal text */
  readonly mtimeNs: string;
  /** device and inode of the content: equal for all names of one file; null: a broken link, a link to a directory, a pipe or a device */
  readonly inode: string | null;
  /** true: no other hard link leads to the content, only symbolic links may; absent: unknown */
  readonly isOnlyName?: boolean;
  /** number of hard links to the content, if it has several */
  readonly links?: number;
  /** where a link leads to, below the directory of the same tree; null: no link, or it leads elsewhere */
  readonly target: string | null;
  /** a link to content outside the directory of its tree */
  readonly leadsElsewhere?: boolean;
  /** a directory whose names are not known: it may not be read, or is a link */
  readonly isUnread?: boolean;
  /** a directory that this user may not read */
  readonly isDenied?: boolean;
}

/** A directory whose files are known as sums only: each is a regular file, and the only name of its content. */
export interface SummedDirectory {
  /** POSIX path below the directory of its tree */
  readonly path: string;
  readonly sums: FileSums;
  /** Returns its files, sorted by path. Reads the directory again. */
  readonly list: () => readonly ScannedFile[];
}

/** The files of one directory of a store. */
export interface ScannedTree {
  /** source whose layout the directory has; null: the files of the store outside all layouts */
  readonly source: string | null;
  readonly files: readonly ScannedFile[];
  /** directories whose files are not in `files`; no link leads to one of these files */
  readonly summed?: readonly SummedDirectory[];
  /** path → text of the files that layouts consist of besides content: refs and manifests */
  readonly texts: ReadonlyMap<string, string>;
}

/** A receipt, as far as an inventory needs it. */
export interface ScannedReceipt {
  /** path below the directory of receipts */
  readonly path: string;
  /** the source of the files in one line: a URL, or a reference with its commit */
  readonly from: string;
  readonly files: Readonly<
    Record<string, { readonly bytes: number; readonly digest: Digest; readonly mtimeNs: string }>
  >;
}

/** Everything that one walk through a store has seen. */
export interface StoreScan {
  readonly trees: readonly ScannedTree[];
  readonly receipts: readonly ScannedReceipt[];
  /** names of the records of pieces, below `.rma` */
  readonly pieces: ReadonlySet<string>;
  /** models as recorded under their references */
  readonly records: readonly PinnedModel[];
  readonly needs: readonly StoreNeeds[];
  /** paths of records of needs that cannot be read, below `.rma` */
  readonly badNeeds: readonly string[];
  readonly uses: readonly ModelUse[];
  /** references or paths of models that prune keeps */
  readonly pins: readonly string[];
  /** paths of pins that cannot be read, below `.rma` */
  readonly badPins: readonly string[];
  /** name through which links lead, such as a directory → the links; paths relative to the store */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** files of unfinished downloads, relative to the store; of a part `bytes` is what is written */
  readonly staging: readonly ScannedFile[];
  /** files that prune marked for deletion; empty: they keep content as any other name does */
  readonly marked: readonly ScannedFile[];
}
