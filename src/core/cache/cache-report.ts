import { distinctSize } from '../inventory/distinct-size.ts';
import { type CacheEntry, cacheEntries } from './cache-entries.ts';
import { type CacheView, type MarkedItem, markedItem } from './cache-view.ts';

/** What is in a store, and the space that it occupies. */
export interface CacheReport {
  readonly entries: readonly CacheEntry[];
  readonly marked: readonly MarkedItem[];
  readonly usage: readonly CacheUsage[];
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
  /** what prune may remove if its policy selects it */
  readonly reclaimableBytes: number;
}

/** Returns what a store occupies, by kind. */
export function cacheReport(view: CacheView): CacheReport {
  const entries = cacheEntries(view);
  return {
    entries,
    marked: view.marked.map(markedItem),
    usage: [...modelUsage(view, entries), ...leftoverUsage(entries), unknownUsage(view), markedUsage(view)],
    diskBytes: view.diskBytes,
    freeBytes: view.freeBytes,
    capacityBytes: view.capacityBytes,
  };
}

function modelUsage(view: CacheView, entries: readonly CacheEntry[]): readonly CacheUsage[] {
  const { models } = view.inventory;
  const kept = new Set(
    entries.flatMap(({ kind, path, kept: why }) => (kind === 'model' && why !== null ? [path] : [])),
  );
  const keptInodes = inodesOf(models.filter(({ path }) => kept.has(path)));
  return [...new Set(models.map(({ source }) => source))].map((source) => {
    const own = models.filter((model) => model.source === source);
    const files = own.flatMap((model) => model.files);
    return {
      type: `${source ?? 'local'} models`,
      count: own.length,
      diskBytes: distinctSize('diskBytes', files),
      reclaimableBytes: distinctSize(
        'diskBytes',
        files.filter(({ inode }) => !keptInodes.has(inode)),
      ),
    };
  });
}

function inodesOf(models: CacheView['inventory']['models']): ReadonlySet<string> {
  return new Set(models.flatMap(({ files }) => files.map(({ inode }) => inode)));
}

function leftoverUsage(entries: readonly CacheEntry[]): readonly CacheUsage[] {
  const types = {
    partial: 'partial downloads',
    orphan: 'content without a model',
    quarantine: 'quarantined files',
  };
  return (['partial', 'orphan', 'quarantine'] as const).map((kind) => {
    const own = entries.filter((entry) => entry.kind === kind);
    return {
      type: types[kind],
      count: own.length,
      diskBytes: sum(own.map(({ diskBytes }) => diskBytes)),
      reclaimableBytes: sum(own.filter(({ kept }) => kept === null).map(({ diskBytes }) => diskBytes)),
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
