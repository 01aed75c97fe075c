import type { BundleContent, BundleImage, BundleManifest } from '../core/domain/bundle.ts';
import type { ImportModel, ImportSource } from '../core/domain/import.ts';
import type { LeaseHolder } from './model-store.ts';

/** Where a bundle is written to: a directory, one tar file, or a stream. */
export type BundleTarget =
  | { readonly kind: 'directory'; readonly path: string }
  /** `splitBytes`: the size of each part `PATH.001`, …; null: one file */
  | { readonly kind: 'tar'; readonly path: string; readonly splitBytes: number | null }
  | { readonly kind: 'stdout' };

/** Where a bundle is read from; the parts of a split tar file are found by its name. */
export type BundlePlace = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'stdin' };

export interface BundleWork {
  /** called once, before the first bytes, with the size of everything in the bundle */
  readonly onTotal: (bytes: number) => void;
  /** receives the bytes that were written, or that are there already */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What `--images` adds to a bundle, and where its bytes are. */
export interface ExtraSources {
  readonly files: readonly ExtraFile[];
  readonly images: readonly ImageSource[];
}

export interface ExtraFile {
  /** in the bundle */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface ImageSource {
  readonly image: BundleImage;
  readonly contents: readonly BundleContent[];
  /** Returns the bytes of the archive. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface WrittenBundle {
  readonly manifest: BundleManifest;
  /** bytes that were written; the other files existed */
  readonly writtenBytes: number;
}

/** Reads and writes bundles of the models of a store. */
export interface Bundles {
  /**
   * Writes models with their content, shared content once; a directory keeps the files that it has. Every file is
   * verified.
   * @throws RmaError RMA_IMPORT_CORRUPT, RMA_IMPORT_CHANGED, RMA_BUNDLE_TARGET (3), RMA_STORE_*
   */
  write(
    models: readonly ImportModel[],
    target: BundleTarget,
    work: BundleWork & { readonly extras: ExtraSources },
  ): Promise<WrittenBundle>;
  /**
   * Opens a bundle. A tar file or stream is unpacked next to the store and verified first, except the files of models
   * that `isNeeded` excludes.
   * @throws RmaError RMA_BUNDLE_NOT_FOUND (2), RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE, RMA_BUNDLE_CORRUPT (6), RMA_STORE_*
   */
  open(
    place: BundlePlace,
    work: Pick<BundleWork, 'signal'> & {
      readonly isNeeded: (found: ImportModel) => Promise<boolean>;
      readonly onProgress: (doneBytes: number, totalBytes: number) => void;
      /** called while another process imports the same bundle, or prunes the store */
      readonly onWait: (holder: LeaseHolder) => void;
      /** what is written after the import; it counts if it is on the file system of the store (default: nothing) */
      readonly later?: LaterSpace | null;
    },
  ): Promise<OpenBundle>;
}

/** Disk space that is needed at a path later. */
export interface LaterSpace {
  readonly path: string;
  readonly bytes: number;
}

export interface OpenBundle {
  readonly source: ImportSource;
  /** Removes what was unpacked; after an abort it serves the next import. */
  close(): Promise<void>;
}
