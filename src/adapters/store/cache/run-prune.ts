import { assertRootsReadable } from '../../../core/cache/assert-roots.ts';
import { type CacheView, type MarkedItem, markedItem } from '../../../core/cache/cache-view.ts';
import { type PlannedEntry, planPrune, recentIn } from '../../../core/cache/plan-prune.ts';
import { deniedIn, isWanted, planSweep } from '../../../core/cache/plan-sweep.ts';
import type { PrunePolicy } from '../../../core/cache/policy.ts';
import type { CacheFailure, PruneResult } from '../../../core/cache/prune-result.ts';
import { toErrorDocument } from '../../../core/errors.ts';
import type { HeldLease } from '../../../ports/model-store.ts';
import { diskFault } from '../disk/disk-fault.ts';
import type { Trash, TrashDirectory } from './trash.ts';

export interface PruneContext {
  readonly trash: Trash;
  readonly lease: Pick<HeldLease, 'confirm'>;
  readonly view: () => Promise<CacheView>;
  readonly signal: AbortSignal;
}

/**
 * Runs prune under its lease: moves back what is needed again, deletes what was marked long enough ago, then marks what the
 * policy removes. A fault of one entry does not stop the others.
 */
export async function runPrune(context: PruneContext, policy: PrunePolicy): Promise<PruneResult> {
  const view = await context.view();
  assertRootsReadable(view);
  const run = new PruneRun(context);
  await run.sweep(view, policy);
  const plan = planPrune(view, policy);
  const marked = await run.mark(plan.entries);
  const { deleted, restored, failed } = run;
  return { marked, deleted, restored, failed, unmet: plan.unmet, ...recentIn(plan), ...deniedIn(view) };
}

class PruneRun {
  readonly deleted: MarkedItem[] = [];
  readonly restored: MarkedItem[] = [];
  readonly failed: CacheFailure[] = [];
  readonly #context: PruneContext;

  constructor(context: PruneContext) {
    this.#context = context;
  }

  async sweep(view: CacheView, policy: PrunePolicy): Promise<void> {
    const { trash, lease } = this.#context;
    const { entries, remains } = await trash.read();
    const folders = new Map(entries.map((folder) => [folder.id, folder]));
    const { restored, reused, due } = planSweep(view, policy);
    for (const { entry, paths } of reused) {
      const folder = folders.get(entry.id);
      if (folder !== undefined)
        await this.#try(entry.record.name, () => trash.restoreContent(folder, new Set(paths)));
    }
    for (const { id } of restored) await this.#restore(folders.get(id));
    // another commit of its branch has the record of a reference meanwhile
    const inUse = new Set(view.inventory.models.flatMap(({ records }) => records));
    for (const { id } of due) {
      const folder = folders.get(id);
      if (folder === undefined) continue;
      await lease.confirm();
      const unused = folder.record.records.filter((record) => !inUse.has(record));
      if (await this.#try(folder.record.name, () => trash.delete(folder, unused)))
        this.deleted.push(markedItem(folder));
    }
    for (const path of remains) await this.#try(path, () => trash.deleteRemains(path));
  }

  /**
   * Moves the entries to the trash: all names first, so that no reader finds half a model, then the content that a second
   * look at the store finds unused. Returns what was marked.
   */
  async mark(entries: readonly PlannedEntry[]): Promise<readonly MarkedItem[]> {
    const { trash, lease, view, signal } = this.#context;
    const opened: TrashDirectory[] = [];
    for (const entry of entries) {
      signal.throwIfAborted();
      // a process that was stopped for long may have lost the lease to a download
      await lease.confirm();
      await this.#mark(entry.name, async (rollback) => {
        const folder = await trash.open(entry);
        rollback(folder);
        await trash.take(folder, 'name', () => false);
        opened.push(folder);
      });
    }
    if (opened.length === 0) return [];
    const now = await view();
    const used = new Set(now.inventory.models.flatMap(({ files }) => files.map(({ content }) => content)));
    const marked: MarkedItem[] = [];
    for (const folder of opened) {
      await lease.confirm();
      if (isWanted(folder, now)) await this.#restore(folder);
      else
        await this.#mark(folder.record.name, async (rollback) => {
          rollback(folder);
          await trash.take(folder, 'content', (path) => used.has(path));
          await trash.close(folder);
          marked.push(markedItem(folder));
        });
    }
    return marked;
  }

  async #restore(folder: TrashDirectory | undefined): Promise<void> {
    if (folder === undefined) return;
    const { trash } = this.#context;
    const isDone = await this.#try(folder.record.name, async () => {
      // a file that was downloaded again meanwhile makes the old one superfluous
      if ((await trash.restore(folder)).length > 0) await trash.delete(folder, []);
    });
    if (isDone) this.restored.push(markedItem(folder));
  }

  /** Runs a step of a mark; if it fails, what was moved is moved back. */
  async #mark(
    name: string,
    step: (rollback: (folder: TrashDirectory) => void) => Promise<void>,
  ): Promise<void> {
    let folder: TrashDirectory | null = null;
    const isDone = await this.#try(name, () =>
      step((opened) => {
        folder = opened;
      }),
    );
    if (isDone || folder === null) return;
    const opened: TrashDirectory = folder;
    // what cannot be restored now is restored by the next run
    await this.#context.trash.restore(opened).catch(() => undefined);
  }

  /** Returns whether a step succeeded; counts a failure. */
  async #try(name: string, step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      this.failed.push({ name, message: toErrorDocument(diskFault(error, name)).message });
      return false;
    }
  }
}
