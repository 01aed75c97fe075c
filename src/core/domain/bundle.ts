import type { ImportOutcome } from './import.ts';
import type { PinnedFile, PinnedModel } from './pinned-model.ts';

/** What is in a bundle: models with all their content, for a machine without internet. */
export interface BundleManifest {
  readonly schema: 'rma.bundle/v1';
  readonly models: readonly BundleModel[];
  /** shared content once, in the order of a stream */
  readonly contents: readonly BundleContent[];
  /** what `--images` adds; absent without it */
  readonly extras?: BundleExtras;
}

/** What a machine without internet needs besides models: images, rma itself and the files of the project. */
export interface BundleExtras {
  /** for people, under their own names */
  readonly files: readonly BundleNamedFile[];
  readonly images: readonly BundleImage[];
  /** of the images, shared content once */
  readonly contents: readonly BundleContent[];
}

export interface BundleNamedFile extends BundleContent {
  /** in the bundle: `rma-0.1.0.tgz`, `project/rma.yaml` */
  readonly path: string;
}

/** A container image: the archive of `docker save`, cut into its files. */
export interface BundleImage {
  /** as services name it */
  readonly reference: string;
  /** in the engine that it was exported from: `sha256:…`, the hash of one of its files */
  readonly id: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** in the order of the archive */
  readonly archive: readonly ArchiveEntry[];
}

/** A file in the archive of an image, or a symbolic link, which engines before 25 write for equal layers. */
export type ArchiveEntry =
  | { readonly path: string; readonly sha256: string }
  | { readonly path: string; readonly link: string };

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
  /** size of all files */
  readonly bytes: number;
  /** the part of `bytes` that was written; the rest was there */
  readonly writtenBytes: number;
  /** references of models of the store that are left out because files are missing */
  readonly incomplete: readonly string[];
  /** images of the bundle; none without `--images` */
  readonly images: readonly { readonly reference: string; readonly bytes: number }[];
  /** paths of rma itself and of the files of the project in the bundle */
  readonly files: readonly string[];
}

/** What was imported from a bundle. */
export interface ImportedBundle {
  /** in the order of the bundle */
  readonly outcomes: readonly ImportOutcome[];
  /** references of models of which the store has another version */
  readonly skipped: readonly string[];
}

/** What became of an image of a bundle: `skipped`: with `--dest` no engine is used. */
export interface LoadedImage {
  readonly reference: string;
  readonly state: 'loaded' | 'present' | 'skipped';
}
