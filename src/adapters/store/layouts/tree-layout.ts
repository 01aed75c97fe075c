import type { PinnedRepository, RepositoryRef } from '../../../core/source/repository.ts';
import { storedTreeModel } from '../../../core/source/stored-models.ts';
import { type ReceiptFile, verifiedFiles } from '../receipts/receipts.ts';
import { DirectoryLayout } from './directory-layout.ts';

/** Repositories as plain directories, of ModelScope or of other hubs: `OWNER/NAME/files`. A directory contains one revision at a time. */
export class TreeLayout extends DirectoryLayout<PinnedRepository> {
  async recall(ref: RepositoryRef): Promise<PinnedRepository | null> {
    const { repo, revision } = ref;
    // the receipt of a source with commits is found by the commit alone
    const place = { source: ref.source, ref: '', files: [], repo, revision, commit: revision };
    const receipt = this.receipts.receipt(place);
    return receipt === null ? null : storedTreeModel(ref, verifiedFiles(receipt));
  }

  /** Returns the files of all revisions. */
  protected async staleEntries(
    model: PinnedRepository,
  ): Promise<readonly (readonly [path: string, entry: ReceiptFile])[]> {
    return (await this.receipts.besides(model)).flatMap(({ files }) => Object.entries(files));
  }
}
