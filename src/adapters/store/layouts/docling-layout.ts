import type { PinnedDoclingModel } from '../../../core/source/docling.ts';
import { entryOf, type ReceiptFile } from '../receipts/receipts.ts';
import { DirectoryLayout } from './directory-layout.ts';

/**
 * Models of docling as `docling-tools models download` writes them: `ORG--NAME/files`, `RapidOcr/files`, `EasyOcr/files`.
 * References share these directories; each has a receipt of its own.
 */
export class DoclingLayout extends DirectoryLayout<PinnedDoclingModel> {
  /** Returns null: only the record of a reference has the commits of all its directories. */
  async recall(): Promise<null> {
    return null;
  }

  /** Returns the files that the reference had before, unless another one has them. */
  protected async staleEntries(
    model: PinnedDoclingModel,
  ): Promise<readonly (readonly [path: string, entry: ReceiptFile])[]> {
    const { ref } = model;
    const others = (await this.receipts.besides(model)).filter(({ from }) => !from.startsWith(`${ref} `));
    return Object.entries(this.receipts.entries(model)).filter(
      ([path]) => !others.some(({ files }) => entryOf(files, path) !== undefined),
    );
  }
}
