import type { Source } from '../../../core/source/source.ts';
import { SOURCES } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { StoreContext } from '../receipts/receipt-store.ts';
import { DoclingLayout } from './docling-layout.ts';
import { FlatLayout } from './flat-layout.ts';
import { HfLayout } from './hf-layout.ts';
import type { LayoutWriter } from './layout-writer.ts';
import { OllamaLayout } from './ollama-layout.ts';
import { TreeLayout } from './tree-layout.ts';

/** The layouts that sources choose from. */
const LAYOUTS: Readonly<
  Record<Source['store']['layout'], new (root: string, context: StoreContext) => LayoutWriter>
> = {
  docling: DoclingLayout,
  flat: FlatLayout,
  'hf-cache': HfLayout,
  ollama: OllamaLayout,
  plain: TreeLayout,
  tree: TreeLayout,
};

/** Returns the writer of each source, by the source's id. */
export function createLayouts(paths: StorePaths, context: StoreContext): ReadonlyMap<string, LayoutWriter> {
  return new Map(
    SOURCES.map(({ id, store }) => [id, new LAYOUTS[store.layout](paths.sources[id] ?? '', context)]),
  );
}
