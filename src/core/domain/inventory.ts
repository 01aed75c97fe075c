import type { StoreNeeds } from './fetch-request.ts';
import type { FileSums } from './file-sums.ts';
import type { Digest } from './pinned-model.ts';

/** Everything in a store, from rma and other programs. Paths are relative to the store. */
export interface Inventory {
  /** sorted by their first reference */
  readonly models: readonly InventoryModel[];
  /** incomplete downloads, of rma and of other programs */
  readonly partial: readonly InventoryItem[];
  /** content in the place of a layout that no model there uses */
  readonly orphans: readonly InventoryItem[];
  /** everything else: the outermost directories and files without a known name */
  readonly unknown: readonly UnknownItem[];
  /** content that models marked for deletion use: an undo needs it, so that a removal keeps it */
  readonly undoContents: readonly string[];
  /** names of the leases of running downloads that share content with other models; absent: none */
  readonly downloads?: readonly string[];
  /** directories that this user may not read: what is in them is not listed */
  readonly denied: readonly string[];
  /** sizes of the models by source; created on each access */
  readonly usage: readonly SourceUsage[];
  /** size of all files, the store's partial downloads and the records of layouts included; content with several names is counted once */
  readonly totalBytes: number;
}

/** The inventory of a store that does not exist. Commands compare by identity: that of an empty store is another object. */
export const EMPTY_INVENTORY: Inventory = {
  models: [],
  partial: [],
  orphans: [],
  unknown: [],
  undoContents: [],
  denied: [],
  usage: [],
  totalBytes: 0,
};

/** What the models of one source occupy. Content with several names is counted once. */
export interface SourceUsage {
  /** null: plain directories in `local/` */
  readonly source: string | null;
  readonly models: number;
  /** models that workers need */
  readonly needed: number;
  readonly bytes: number;
  /** what the removal of all models that no worker needs frees */
  readonly reclaimableBytes: number;
}

/** A model that is in the store, complete or not. */
export interface InventoryModel {
  /** all references that mean it, the preferred one first; its path if it has none */
  readonly references: readonly [string, ...string[]];
  /** null: a plain directory in `local/` */
  readonly source: string | null;
  /** its directory, file or manifest */
  readonly path: string;
  /** commit of a repository in a hub cache; null if the layout has none */
  readonly commit: string | null;
  /** created on each access: an inventory does not hold a million of them */
  readonly files: readonly InventoryFile[];
  /** sums of `files`, if no file is verified and each is the only name of its content */
  readonly sums?: FileSums;
  /** names of its files that are not in the store */
  readonly missing: readonly string[];
  /** size of its content, each content once */
  readonly bytes: number;
  /** the part of `bytes` that other models use too */
  readonly sharedBytes: number;
  /** newest modification time of its content, RFC 3339, UTC; null without content */
  readonly modifiedAt: string | null;
  /** when a worker last loaded it or it was last pulled or imported, RFC 3339, UTC; null without a record */
  readonly lastUsedAt: string | null;
  readonly neededBy: readonly ModelUser[];
  /** whether a pin keeps it from prune */
  readonly isPinned: boolean;
  /** its own names, in the order in which they are removed: refs and manifests first; created on each access, as `files` */
  readonly names: readonly string[];
  /** links of the user that lead to files of the model or to a directory with them, relative to the store */
  readonly linkedFrom: readonly string[];
  /** receipts and records of rma that describe it, below `.rma` */
  readonly records: readonly string[];
  /** name of the lease under which it changes; null if nobody downloads such models */
  readonly lease: string | null;
}

export interface InventoryFile {
  /** as its source names it */
  readonly path: string;
  /** path of the content */
  readonly content: string;
  readonly bytes: number;
  /** bytes that the content occupies on disk */
  readonly diskBytes: number;
  /** of a receipt, else from the name of the content; null if unknown */
  readonly digest: Digest | null;
  /** whether a receipt confirms it: size and modification time are unchanged since its content was hashed */
  readonly isVerified: boolean;
  /** number of models, and of unknown names, that refer to this path */
  readonly users: number;
  /** names of no model that lead to the content, relative to the store; created on each access */
  readonly otherNames: readonly string[];
  /** equal for all paths of one content */
  readonly inode: string;
  /** number of hard links to the content in the store */
  readonly links: number;
  /** number of hard links to the content outside of the store: with them, its removal frees nothing */
  readonly linksElsewhere: number;
}

/** A worker that needs a model. */
export type ModelUser = Pick<StoreNeeds, 'host' | 'project' | 'profile'>;

export interface InventoryItem {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** Files without a known name. */
export interface UnknownItem extends InventoryItem {
  /** bytes on disk; content that an item before it has too is not counted */
  readonly diskBytes: number;
}

/** Returns whether every file of a model is in the store and verified, some are, or none is. */
export function verification(
  model: Pick<InventoryModel, 'files' | 'sums' | 'missing'>,
): 'all' | 'some' | 'none' {
  if (model.sums !== undefined) return 'none';
  const { files, missing } = model;
  const verified = files.filter(({ isVerified }) => isVerified).length;
  if (verified === 0) return 'none';
  return verified === files.length && missing.length === 0 ? 'all' : 'some';
}
