import type { ImportModel, ImportSource, Placement } from '../core/domain/import.ts';
import type { Digest, PinnedFile } from '../core/domain/pinned-model.ts';

/** Content to place in a store. */
export interface PlaceJob {
  readonly found: ImportModel;
  readonly file: PinnedFile;
  /** new path in the staging area of the store */
  readonly to: string;
  readonly onBytes: (bytes: number) => void;
  /** called before a copy, which takes disk space of its own */
  readonly onCopy: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface PlacedContent {
  readonly digest: Digest;
  readonly placement: Placement;
}

/** Directories of models of other programs. Nothing in them is ever changed. */
export interface ModelImport {
  /**
   * Returns what programs have in a directory, recognized by its content; null if that is no directory of a known program.
   * @throws RmaError RMA_IMPORT_NO_DIRECTORY (2), RMA_IMPORT_UNREADABLE (3)
   */
  find(directory: string): Promise<ImportSource | null>;
  /** Returns whether the content of a file can have a hard link at a path of the store. */
  canLink(found: ImportModel, file: PinnedFile, path: string): Promise<boolean>;
  /**
   * Places verified content: a hard link, else a clone, else a copy.
   * @throws RmaError RMA_IMPORT_CHANGED (1), RMA_CONTENT_* (6), RMA_STORE_*
   */
  place(job: PlaceJob): Promise<PlacedContent>;
  /** Removes placed content that is not needed. Never rejects. */
  discard(path: string): Promise<void>;
  /** Returns the sha256 of a file's content. @throws RmaError RMA_IMPORT_CHANGED (1) */
  hash(found: ImportModel, file: PinnedFile, signal: AbortSignal): Promise<Digest>;
}
