import type { ImportOutcome } from './import.ts';
import type { PinnedFile, PinnedModel } from './pinned-model.ts';

/** What is in a bundle: models with all their content, for a machine without internet. */
export interface BundleManifest {
  readonly schema: 'rma.bundle/v1';
  readonly models: readonly BundleModel[];
  /** each content once, in the order of a stream */
  readonly contents: readonly BundleContent[];
}

export interface BundleModel {
  /** every file has a digest */
  readonly model: PinnedModel;
  readonly files: readonly BundleFile[];
  /** true if the files are everything that the reference means */
  readonly whole: boolean;
  /** all files of the commit as the hub listed them; empty if unknown */
  readonly listing: readonly PinnedFile[];
}

export interface BundleFile {
  /** as in the model */
  readonly path: string;
  /** of its content, also where its source publishes another hash */
  readonly sha256: string;
}

export interface BundleContent {
  readonly sha256: string;
  readonly bytes: number;
}

/** What was exported. */
export interface ExportedBundle {
  readonly models: readonly { readonly reference: string; readonly bytes: number; readonly files: number }[];
  readonly contents: number;
  /** size of all contents */
  readonly bytes: number;
  /** the part of `bytes` that was written; the rest was there */
  readonly writtenBytes: number;
  /** references of models of the store that are left out because files are missing */
  readonly incomplete: readonly string[];
}

/** What was imported from a bundle. */
export interface ImportedBundle {
  /** in the order of the bundle */
  readonly outcomes: readonly ImportOutcome[];
  /** references of models of which the store has another version */
  readonly skipped: readonly string[];
}
