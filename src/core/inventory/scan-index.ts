import type { ModelUse } from '../domain/model-use.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { StoreScan } from '../domain/store-scan.ts';
import { sourceOf } from '../source/sources.ts';
import { groupBy } from './group-by.ts';
import type { GroupedTree } from './grouped-tree.ts';
import { HardLinks } from './hard-links.ts';
import { type NeedIndex, needIndex } from './needed-by.ts';
import { Uses } from './uses.ts';

/** What a scan has seen, by the keys under which its models look for it. */
export interface ScanIndex {
  readonly uses: Uses;
  /** receipt → what references to its model were resolved to */
  readonly records: ReadonlyMap<string, readonly PinnedModel[]>;
  /** receipt → uses of its model */
  readonly used: ReadonlyMap<string, readonly ModelUse[]>;
  /** names of the records of pieces */
  readonly pieces: ReadonlySet<string>;
  readonly needs: NeedIndex;
  readonly pins: readonly string[];
  readonly hardLinks: HardLinks;
  readonly links: StoreScan['links'];
}

/** Returns the index of a scan, so that the time for each model does not depend on the number of models. */
export function scanIndex(scan: StoreScan, grouped: readonly GroupedTree[]): ScanIndex {
  return {
    uses: new Uses(grouped),
    records: groupBy(scan.records, (record) => sourceOf(record).store.receipt(record)),
    used: groupBy(scan.uses, ({ receipt }) => receipt),
    pieces: scan.pieces,
    needs: needIndex(scan.needs),
    pins: scan.pins,
    hardLinks: new HardLinks(scan.trees, scan.marked),
    links: scan.links,
  };
}
