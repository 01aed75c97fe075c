import type { InventoryModel } from '../domain/inventory.ts';
import { distinctSize } from '../inventory/distinct-size.ts';
import { Removals, releasedSizes } from '../inventory/removals.ts';
import { sourcesIn } from '../inventory/sources-in.ts';
import { type CacheEntry, cacheEntries, leftoverEntry } from './cache-entries.ts';
import { type CacheView, type MarkedItem, markedItem } from './cache-view.ts';

/** What is in a store, and the space that it occupies. */
export interface CacheReport {
  readonly entries: readonly CacheEntry[];
  readonly marked: readonly MarkedItem[];
  /** none: the store does not exist */
  readonly usage: readonly CacheUsage[];
  /** directories that this user may not read: what is in them is neither listed nor counted */
  readonly denied: readonly string[];
  /** bytes on disk of everything that is not marked */
  readonly diskBytes: number;
  readonly freeBytes: number;
  readonly capacityBytes: number;
}

/** What one kind of content occupies; content with several names is counted once. */
export interface CacheUsage {
  /** `hf models`, `partial downloads` */
  readonly type: string;
  readonly count: number;
  readonly diskBytes: number;
  /** what is freed if prune removes everything that its policy may select */
  readonly reclaimableBytes: number;
}

/** Returns what a store occupies, by kind. */
export function cacheReport(view: CacheView): CacheReport {
  const entries = cacheEntries(view);
  return {
    entries,
    marked: view.marked.map(markedItem),
    usage: [...modelUsage(view, entries), ...leftoverUsage(view), unknownUsage(view), markedUsage(view)],
    denied: view.inventory.denied,
    diskBytes: view.diskBytes,
    freeBytes: view.freeBytes,
    capacityBytes: view.capacityBytes,
  };
}

function modelUsage(
  { inventory: { models } }: CacheView,
  entries: readonly CacheEntry[],
): readonly CacheUsage[] {
  const kept = new Set(
    entries.flatMap(({ kind, path, kept: why }) => (kind === 'model' && why !== null ? [path] : [])),
  );
  const removals = new Removals();
  return sourcesIn(models).map((source) => {
    const own = models.filter((model) => model.source === source);
    const reclaimable = own.filter(({ path }) => !kept.has(path)).map((model) => freedBy(removals, model));
    return {
      type: `${source ?? 'local'} models`,
      count: own.length,
      diskBytes: diskBytesOf(own),
      reclaimableBytes: sum(reclaimable),
    };
  });
}

/** Returns the bytes that models occupy on disk. Content with several names is counted once. */
function diskBytesOf(models: readonly InventoryModel[]): number {
  return (
    sum(models.map(({ sums }) => sums?.diskBytes ?? 0)) +
    distinctSize(
      'diskBytes',
      models.flatMap((model) => (model.sums === undefined ? model.files : [])),
    )
  );
}

/** Returns the bytes on disk that the removal of a model frees, after those before it. */
function freedBy(removals: Removals, model: InventoryModel): number {
  return releasedSizes('diskBytes', removals.add(model).released).freed;
}

const LEFTOVERS = {
  partial: 'partial downloads',
  orphan: 'content without a model',
  quarantine: 'quarantined files',
} as const;

function leftoverUsage(view: CacheView): readonly CacheUsage[] {
  const items = view.leftovers.map((item) => ({ ...item, kept: leftoverEntry(item, view).kept }));
  return (['partial', 'orphan', 'quarantine'] as const).map((kind) => {
    // a directory that a process which died left empty is removed, but is no download
    const own = items.filter((item) => item.kind === kind && item.files > 0);
    const free = own.filter(({ kept }) => kept === null);
    return {
      type: LEFTOVERS[kind],
      count: own.length,
      diskBytes: sum(own.map(({ diskBytes }) => diskBytes)),
      reclaimableBytes: sum(free.map(({ diskBytes, linkedBytes }) => diskBytes - linkedBytes)),
    };
  });
}

function unknownUsage({ inventory: { unknown } }: CacheView): CacheUsage {
  return {
    type: 'unknown files',
    count: sum(unknown.map(({ files }) => files)),
    diskBytes: sum(unknown.map(({ diskBytes }) => diskBytes)),
    reclaimableBytes: 0,
  };
}

function markedUsage({ marked }: CacheView): CacheUsage {
  const diskBytes = sum(marked.map(({ record }) => record.diskBytes));
  return { type: 'marked for deletion', count: marked.length, diskBytes, reclaimableBytes: diskBytes };
}

function sum(sizes: Iterable<number>): number {
  return [...sizes].reduce((total, bytes) => total + bytes, 0);
}
