import type { PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';

/** Shared dependencies of all layouts. */
export interface LayoutContext {
  readonly disk: Disk;
  /** directory of all receipts */
  readonly receipts: string;
  /** staging directory on the file system of the receipts; that of the layout may be on another one */
  readonly receiptStaging: string;
  /** wall clock, ms */
  readonly now: () => number;
}

export interface AdoptOptions {
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** On-disk layout of models; `root` is the directory of one source. */
export interface LayoutWriter<M extends PinnedModel = PinnedModel> {
  /** directory of the layout's content */
  readonly root: string;
  check(model: M): ModelCheck;
  adopt(model: M, options: AdoptOptions): Promise<readonly PinnedFile[]>;
  publish(model: M, staged: ReadonlyMap<PinnedFile, StagedFile>, staging: string): Promise<void>;
}

/** Returns the result of a check from the missing files. `whole`: nothing else is missing. */
export function summarize(model: PinnedModel, missing: readonly PinnedFile[], whole: boolean): ModelCheck {
  const present = missing.length === 0 && whole;
  const nothing = missing.length === model.files.length && missing.length > 0;
  return {
    ref: model.ref,
    state: present ? 'present' : nothing ? 'missing' : 'partial',
    missing,
    totalBytes: contentBytes(model.files),
    missingBytes: contentBytes(missing),
  };
}

/** Returns the sum of the file sizes; content that several files share is counted once. */
export function contentBytes(files: readonly PinnedFile[]): number {
  const seen = new Map(files.map((file) => [file.digest?.hex ?? `path:${file.path}`, file.bytes]));
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}
