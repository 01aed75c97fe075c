import type { PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';

/** What every layout works with. */
export interface LayoutContext {
  readonly disk: Disk;
  /** folder of all receipts */
  readonly receipts: string;
  /** staging folder on the file system of the receipts; the layout's own may lie elsewhere */
  readonly receiptStaging: string;
  /** wall clock, ms */
  readonly now: () => number;
}

export interface AdoptOptions {
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** How one source is laid out on disk: one writer per source. */
export interface LayoutWriter<M extends PinnedModel> {
  /** folder that the layout's content lies in */
  readonly root: string;
  /** what one lease covers */
  leaseKey(model: M): string;
  check(model: M): ModelCheck;
  adopt(model: M, options: AdoptOptions): Promise<readonly PinnedFile[]>;
  publish(model: M, staged: ReadonlyMap<PinnedFile, StagedFile>, staging: string): Promise<void>;
}

/** The result of a warm check, from the files that are not there. `whole`: nothing else is missing either. */
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

/** Sum of the file sizes; a content that several files share counts once. */
export function contentBytes(files: readonly PinnedFile[]): number {
  const seen = new Map(files.map((file) => [file.digest?.hex ?? `path:${file.path}`, file.bytes]));
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}
