import { isPinned } from '../inventory/is-pinned.ts';
import { type NeedIndex, neededBy, needIndex } from '../inventory/needed-by.ts';
import { layoutOf } from '../source/sources.ts';
import { heldBy } from './cache-entries.ts';
import { type CacheView, type MarkedEntry, type MarkedItem, markedItem } from './cache-view.ts';
import { type PrunePlan, planPrune } from './plan-prune.ts';
import { PRESSURE_GRACE_SECONDS, type PrunePolicy } from './policy.ts';
import type { PruneResult } from './prune-result.ts';

/** What a run of prune does with what was marked earlier. */
export interface SweepPlan {
  /** restored as a whole: needed again, or the process that marked it died meanwhile */
  readonly restored: readonly MarkedEntry[];
  /** content that a model uses again, by the entry that has it */
  readonly reused: readonly ReusedContent[];
  /** deleted */
  readonly due: readonly MarkedEntry[];
}

export interface ReusedContent {
  readonly entry: MarkedEntry;
  readonly paths: readonly string[];
}

/** What a run of prune would do. */
export interface PrunePreview {
  readonly plan: PrunePlan;
  readonly restored: readonly MarkedItem[];
  readonly due: readonly MarkedItem[];
  /** number of entries of which content is restored, because a model uses it again */
  readonly reused: number;
  /** as in `PruneResult` */
  readonly denied?: readonly string[];
}

/** Returns what a run of prune does with a store. Pure. */
export function previewPrune(view: CacheView, policy: PrunePolicy): PrunePreview {
  const { restored, reused, due } = planSweep(view, policy);
  return {
    plan: planPrune(view, policy),
    restored: restored.map(markedItem),
    due: due.map(markedItem),
    reused: reused.length,
    ...deniedIn(view),
  };
}

/** Returns the directories of a store that could not be read, as results of prune have them. */
export function deniedIn({ inventory: { denied } }: CacheView): Pick<PruneResult, 'denied'> {
  return denied.length === 0 ? {} : { denied };
}

/** Returns what becomes of the entries that were marked earlier. While a record of needs cannot be read, they all stay. */
export function planSweep(view: CacheView, policy: PrunePolicy): SweepPlan {
  const needs = needIndex(view.needs);
  const restored = view.marked.filter(
    (entry) => entry.record.state === 'marking' || isNeeded(entry, view, needs),
  );
  const rest = view.marked.filter((entry) => !restored.includes(entry));
  const missing = missingContent(view);
  const reused = rest
    .map((entry) => ({
      entry,
      paths: contentsOf(entry).filter((path) => missing.has(missingKey(path, entry))),
    }))
    .filter(({ paths }) => paths.length > 0);
  const grace = graceOf(view, policy);
  return {
    restored,
    reused,
    due:
      view.unreadable.length > 0
        ? []
        : rest.filter(({ record }) => heldBy(record, view) === null && isPast(record.markedAt, grace, view)),
  };
}

/** Returns whether an entry whose names were just moved away must be restored, by a second check of the store. */
export function isWanted(entry: MarkedEntry, view: CacheView): boolean {
  const { record } = entry;
  return (
    view.unreadable.length > 0 ||
    isNeeded(entry, view, needIndex(view.needs)) ||
    (layoutOf(record) === 'ollama' && view.badManifests.length > 0) ||
    heldBy(record, view) !== null
  );
}

function isNeeded({ record }: MarkedEntry, { pins }: CacheView, needs: NeedIndex): boolean {
  if (record.kind !== 'model') return false;
  const { references, path, commit } = record;
  return (
    neededBy({ references, records: [], commit }, needs).length > 0 || isPinned({ references, path }, pins)
  );
}

function contentsOf({ record }: MarkedEntry): readonly string[] {
  return record.moves.filter(({ part }) => part === 'content').map(({ from }) => from);
}

/** Returns what the models lack: names of blobs in an Ollama store, repositories of a hub cache. */
function missingContent({ inventory }: CacheView): ReadonlySet<string> {
  return new Set(
    inventory.models.flatMap((model) => {
      const { source, path, missing } = model;
      if (missing.length === 0) return [];
      return layoutOf(model) === 'ollama'
        ? missing.map((name) => `${source} ${name}`)
        : [`${source} ${path.replace(/\/snapshots\/[^/]+$/, '')}`];
    }),
  );
}

/** Returns the key of `missingContent` under which content is missed. */
function missingKey(path: string, { record }: MarkedEntry): string {
  const { source } = record;
  return layoutOf(record) === 'ollama'
    ? `${source} ${path.slice(path.lastIndexOf('/') + 1)}`
    : `${source} ${path.replace(/\/blobs\/[^/]+$/, '')}`;
}

/** Returns the time between mark and deletion, seconds: short while the free-space target is not met. */
function graceOf({ freeBytes }: CacheView, { minFree, graceSeconds }: PrunePolicy): number {
  return minFree !== null && freeBytes < minFree.lowBytes
    ? Math.min(graceSeconds, PRESSURE_GRACE_SECONDS)
    : graceSeconds;
}

function isPast(markedAt: string, seconds: number, { now }: CacheView): boolean {
  return now - Date.parse(markedAt) >= seconds * 1000;
}
