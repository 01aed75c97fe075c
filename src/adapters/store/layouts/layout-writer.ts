import { join } from 'node:path';
import type { ModelRef } from '../../../core/domain/model-ref.ts';
import { type PinnedFile, type PinnedModel, pinnedBytes } from '../../../core/domain/pinned-model.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import type { ModelCheck, StagedFile } from '../../../ports/model-store.ts';
import { StatsReader } from '../disk/stats-reader.ts';
import { type AdoptOptions, ReceiptStore, type StoreContext } from '../receipts/receipt-store.ts';

/** On-disk layout of the models of one source. */
export abstract class LayoutWriter<M extends PinnedModel = PinnedModel> {
  /** directory of the layout's content */
  readonly root: string;
  protected readonly context: StoreContext;
  protected readonly receipts: ReceiptStore;

  constructor(root: string, context: StoreContext) {
    this.root = root;
    this.context = context;
    this.receipts = new ReceiptStore(context);
  }

  /** Returns which files are complete and verified, by their receipts. Reads no content. */
  abstract check(model: M): ModelCheck;
  /** Records files that are in place without a receipt, after their hash; returns those that are still missing. */
  abstract adopt(model: M, options: AdoptOptions): Promise<readonly PinnedFile[]>;
  /** Moves staged files to their final names, and records them. */
  abstract publish(model: M, staged: ReadonlyMap<PinnedFile, StagedFile>, staging: string): Promise<void>;
  /** Returns the model of a reference by the files in the layout; null if they are not sufficient. @throws RmaError for unusable files */
  abstract recall(ref: ModelRef): Promise<M | null>;
  /** Returns the paths where a file is, or is adopted from. */
  protected abstract places(model: M, file: PinnedFile): readonly string[];

  /** Returns the paths of which a check reads the directories. */
  readPaths(model: M): readonly string[] {
    const receipt = join(this.context.receipts, sourceOf(model).store.receipt(model));
    return [receipt, ...model.files.flatMap((file) => this.places(model, file))];
  }

  /** Returns the path of a file of this size, links followed; null if there is none. */
  find(model: M, file: PinnedFile): string | null {
    const { guard } = this.context;
    if (pathFault(file.path) !== null) return null;
    for (const place of this.places(model, file)) {
      if (guard.fileStats(place)?.size === BigInt(file.bytes)) return guard.realpath(place);
    }
    return null;
  }

  #isStored(model: M, file: PinnedFile, stats: StatsReader): boolean {
    if (pathFault(file.path) !== null) return false;
    return this.places(model, file).some((place) => stats.fileStats(place)?.size === BigInt(file.bytes));
  }

  /** Returns the result of a check from the missing files. `whole`: nothing else is missing. */
  protected summarize(model: M, missing: readonly PinnedFile[], whole: boolean): ModelCheck {
    const present = missing.length === 0 && whole;
    const nothing = missing.length === model.files.length && missing.length > 0;
    const stats = new StatsReader(this.context.guard);
    const unverified = missing.filter((file) => this.#isStored(model, file, stats));
    return {
      ref: model.ref,
      state: present ? 'present' : nothing ? 'missing' : 'partial',
      missing,
      ...(unverified.length > 0 && { unverified }),
      totalBytes: pinnedBytes(model),
      missingBytes: pinnedBytes({ files: missing }),
    };
  }
}
