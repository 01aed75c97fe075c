import type { ErrorDocument } from '../errors.ts';
import type { PinnedFile, PinnedModel } from './pinned-model.ts';

/** Programs whose directories of models can be imported. */
export const IMPORT_KINDS = [
  'bundle',
  'rma',
  'huggingface',
  'ollama',
  'llamacpp',
  'modelscope',
  'lmstudio',
] as const;

export type ImportKind = (typeof IMPORT_KINDS)[number];

/** A directory of models of another program. */
export interface ImportSource {
  readonly kind: ImportKind;
  /** absolute path */
  readonly directory: string;
  readonly models: readonly ImportModel[];
  readonly rejected: readonly RejectedImport[];
}

/** A model in a directory of another program. */
export interface ImportModel {
  readonly kind: ImportKind;
  /** absolute path of the directory of the program */
  readonly directory: string;
  /** a file without a digest has no known hash: its structure is checked instead */
  readonly model: PinnedModel;
  /** where the content of each file of the model is */
  readonly files: readonly ImportFile[];
  /** true if the files are everything that the reference means: the store then records it */
  readonly whole: boolean;
  /** all files of the commit as the hub listed them; empty if unknown */
  readonly listing: readonly PinnedFile[];
}

export interface ImportFile {
  /** as in the model */
  readonly path: string;
  /** path of the content below the directory; may be a link within it */
  readonly from: string;
}

/** A model that is not imported. */
export interface RejectedImport {
  /** its reference, or its path below the directory */
  readonly name: string;
  /** `incomplete`: files are missing, which is a failure; `unusable`: rma cannot use it, complete or not */
  readonly why: 'incomplete' | 'unusable';
  readonly reason: string;
}

/** How content gets into a store. */
export const PLACEMENTS = ['hardLinked', 'reflinked', 'copied'] as const;

export type Placement = (typeof PLACEMENTS)[number];

/** Bytes by the way in which they were placed. */
export type PlacedBytes = Readonly<Record<Placement, number>>;

export const NOTHING_PLACED: PlacedBytes = { hardLinked: 0, reflinked: 0, copied: 0 };

/** How the import of one model ended. */
export interface ImportOutcome {
  readonly ref: string;
  readonly state: 'imported' | 'present' | 'failed';
  readonly placed: PlacedBytes;
  readonly error: ErrorDocument | null;
}

/** Returns the sums of two counts. */
export function addPlaced(a: PlacedBytes, b: PlacedBytes): PlacedBytes {
  return {
    hardLinked: a.hardLinked + b.hardLinked,
    reflinked: a.reflinked + b.reflinked,
    copied: a.copied + b.copied,
  };
}
