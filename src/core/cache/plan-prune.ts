import type { InventoryModel } from '../domain/inventory.ts';
import { Removals, releasedSizes } from '../inventory/removals.ts';
import { type CacheEntry, leftoverEntry, modelEntry } from './cache-entries.ts';
import type { CacheView, Leftover } from './cache-view.ts';
import { matchesAll } from './match-filters.ts';
import type { PrunePolicy } from './policy.ts';
import type { PrunedItem } from './trash-record.ts';

/** What a run of prune marks for deletion. */
export interface PrunePlan {
  readonly entries: readonly PlannedEntry[];
  /** bytes on disk that its deletion frees */
  readonly diskBytes: number;
  /** limits that stay exceeded, because everything else is needed, pinned or recent */
  readonly unmet: readonly string[];
  /** number of entries that only the grace period keeps, if the plan has none; absent: none */
  readonly recent?: number;
}

/** An entry of a plan; `diskBytes` is what its deletion frees after those before it. */
export interface PlannedEntry extends PrunedItem {
  readonly linkedBytes: number;
  readonly lastUsedAt: string | null;
  /** names in the order in which they are moved away: refs and manifests first */
  readonly names: readonly string[];
  /** content that nothing uses without these names */
  readonly contents: readonly string[];
}

interface Candidate {
  readonly model: InventoryModel;
  readonly entry: CacheEntry;
}

/** Returns what a policy removes from a store now. Pure: the same view and policy give the same plan. */
export function planPrune(view: CacheView, policy: PrunePolicy): PrunePlan {
  const plan = planOf(view, policy);
  if (plan.entries.length > 0 || policy.graceSeconds === 0) return plan;
  const recent = planOf(view, { ...policy, graceSeconds: 0 }).entries.length;
  return { ...plan, ...recentIn({ recent }) };
}

/** Returns the number of entries that only the grace period keeps, as results of prune have it. */
export function recentIn({ recent = 0 }: Pick<PrunePlan, 'recent'>): Pick<PrunePlan, 'recent'> {
  return recent === 0 ? {} : { recent };
}

function planOf(view: CacheView, policy: PrunePolicy): PrunePlan {
  const planner = new Planner(view, policy);
  for (const item of view.leftovers) planner.leftover(item);
  planner.models();
  return planner.plan();
}

const LEFTOVER_LIMITS = {
  partial: { key: 'partialsSeconds', text: 'no progress' },
  orphan: { key: 'orphansSeconds', text: 'unused' },
  quarantine: { key: 'quarantineSeconds', text: 'quarantined' },
} as const;

class Planner {
  readonly #view: CacheView;
  readonly #policy: PrunePolicy;
  readonly #removals = new Removals();
  readonly #entries: PlannedEntry[] = [];
  readonly #unmet: string[] = [];
  readonly #taken = new Set<string>();
  readonly #all: readonly Candidate[];
  readonly #occupied: number;
  #freed = 0;
  #linked = 0;

  constructor(view: CacheView, policy: PrunePolicy) {
    this.#view = view;
    this.#policy = policy;
    this.#all = view.inventory.models
      .map((model) => ({ model, entry: modelEntry(model, view) }))
      .filter(
        ({ entry }) =>
          entry.kept === null &&
          this.#isOlder(entry, policy.graceSeconds) &&
          matchesAll(policy.filters, entry, view.now),
      );
    this.#occupied = view.diskBytes;
  }

  plan(): PrunePlan {
    return { entries: this.#entries, diskBytes: this.#freed, unmet: this.#unmet };
  }

  leftover(item: Leftover): void {
    const entry = leftoverEntry(item, this.#view);
    const { key, text } = LEFTOVER_LIMITS[item.kind];
    const limit = this.#policy[key];
    if (entry.kept !== null || limit === null || !this.#isOlder(entry, limit)) return;
    const { kind, name, path, source, bytes, lastUsedAt } = entry;
    const { linkedBytes } = item;
    const diskBytes = entry.diskBytes - linkedBytes;
    const reason = `${text} for ${this.#age(entry)}`;
    const moves = {
      lease: item.lease,
      commit: null,
      references: [],
      names: [],
      contents: [path],
      uses: [],
      records: [],
    };
    this.#add({ kind, name, path, source, reason, bytes, diskBytes, linkedBytes, lastUsedAt, ...moves });
  }

  models(): void {
    const { keepRevisions, keepSeconds, maxBytes, minFree, filters } = this.#policy;
    const limits = [keepRevisions, keepSeconds, maxBytes, minFree];
    for (const candidate of this.#old())
      this.#remove(candidate, `not used for ${this.#age(candidate.entry)}`);
    for (const candidate of this.#olderRevisions())
      this.#remove(candidate, `not one of the last ${keepRevisions} revisions`);
    if (filters.length > 0 && limits.every((limit) => limit === null)) {
      for (const candidate of this.#candidates()) this.#remove(candidate, `matches ${filters.join(', ')}`);
    }
    if (maxBytes !== null)
      this.#shrink(
        () => this.#occupied - this.#freed - this.#linked - maxBytes,
        ['the store is', 'above --max-size'],
      );
    const missing = () => (minFree === null ? 0 : minFree.highBytes - this.#freeLater());
    if (minFree !== null && this.#freeLater() < minFree.lowBytes)
      this.#shrink(missing, ['free space is', 'below --min-free'], this.#candidates().filter(freesSpace));
  }

  #old(): readonly Candidate[] {
    const { keepSeconds: limit } = this.#policy;
    return limit === null ? [] : this.#candidates().filter(({ entry }) => this.#isOlder(entry, limit));
  }

  /** Returns the candidates that are not among the newest commits of their repository. */
  #olderRevisions(): readonly Candidate[] {
    const { keepRevisions } = this.#policy;
    if (keepRevisions === null) return [];
    const newer = new Map<string, number>();
    const older = new Set<string>();
    const commits = this.#view.inventory.models.filter(({ commit }) => commit !== null).map(revisionOf);
    for (const { path } of commits.sort(newestFirst)) {
      const repository = path.replace(/\/snapshots\/[^/]+$/, '');
      const rank = (newer.get(repository) ?? 0) + 1;
      newer.set(repository, rank);
      if (rank > keepRevisions) older.add(path);
    }
    return this.#candidates().filter(({ entry }) => older.has(entry.path));
  }

  /** Removes the least recently used candidates while there is an excess of bytes. */
  #shrink(
    excess: () => number,
    [what, limit]: readonly [what: string, limit: string],
    candidates = [...this.#candidates()],
  ): void {
    for (const candidate of candidates.sort(leastRecentlyUsed)) {
      if (excess() <= 0) return;
      this.#remove(candidate, `${limit}; not used for ${this.#age(candidate.entry)}`);
    }
    if (excess() > 0) this.#unmet.push(`${what} ${limit}`);
  }

  /** Returns the models that may still be removed. */
  #candidates(): readonly Candidate[] {
    return this.#all.filter(({ entry }) => !this.#taken.has(entry.path));
  }

  #remove({ model, entry }: Candidate, reason: string): void {
    const { contents, released } = this.#removals.add(model);
    const { freed: diskBytes, linked: linkedBytes } = releasedSizes('diskBytes', released);
    const { kind, name, path, source, bytes, lastUsedAt } = entry;
    const { commit, lease, references, names, records, files } = model;
    const uses = [...new Set(files.map(({ content }) => content))];
    const item = { kind, name, path, source, reason, bytes, diskBytes, linkedBytes, lastUsedAt };
    this.#add({ ...item, commit, lease, references, names, contents, uses, records });
  }

  #add(entry: PlannedEntry): void {
    this.#entries.push(entry);
    this.#taken.add(entry.path);
    this.#freed += entry.diskBytes;
    this.#linked += entry.linkedBytes;
  }

  #isOlder({ lastUsedAt }: CacheEntry, seconds: number): boolean {
    const { graceSeconds } = this.#policy;
    return lastUsedAt !== null && this.#seconds(lastUsedAt) >= Math.max(seconds, graceSeconds);
  }

  #age({ lastUsedAt }: CacheEntry): string {
    return ageText(lastUsedAt === null ? 0 : this.#seconds(lastUsedAt));
  }

  #seconds(time: string): number {
    return (this.#view.now - Date.parse(time)) / 1000;
  }

  /** Returns the free space after the deletion of everything that is marked or planned. */
  #freeLater(): number {
    const marked = this.#view.marked.reduce((sum, { record }) => sum + record.diskBytes, 0);
    return this.#view.freeBytes + marked + this.#freed;
  }
}

/** Returns an age in its largest unit: `30s`, `45m`, `26h`, `40d`. */
function ageText(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  if (seconds >= 7200) return `${Math.floor(seconds / 3600)}h`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds)}s`;
}

/** Returns whether some content of a model has no hard link outside of the store. */
function freesSpace({ model }: Candidate): boolean {
  return model.files.some(({ linksElsewhere }) => linksElsewhere === 0);
}

function leastRecentlyUsed(a: Candidate, b: Candidate): number {
  const [one, two] = [a, b].map(({ entry }) => Date.parse(entry.lastUsedAt ?? ''));
  return (one ?? 0) - (two ?? 0) || (a.entry.path < b.entry.path ? -1 : 1);
}

/** A stored commit of a repository. */
interface Revision extends Pick<InventoryModel, 'path' | 'modifiedAt'> {
  /** 2: that of the default branch, 1: of another branch or a tag, 0: any other */
  readonly rank: 0 | 1 | 2;
}

function revisionOf({ path, modifiedAt, names }: InventoryModel): Revision {
  const isMain = names.some((name) => name.endsWith('/refs/main'));
  return { path, modifiedAt, rank: isMain ? 2 : names.some((name) => name.includes('/refs/')) ? 1 : 0 };
}

/** The commit of the default branch is the newest, then those of other branches and tags, then by time. */
function newestFirst(a: Revision, b: Revision): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.modifiedAt === b.modifiedAt) return a.path < b.path ? -1 : 1;
  return (a.modifiedAt ?? '') < (b.modifiedAt ?? '') ? 1 : -1;
}
