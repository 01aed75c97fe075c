import { join } from 'node:path';
import { assertRootsReadable } from '../../../core/cache/assert-roots.ts';
import { type CacheReport, cacheReport } from '../../../core/cache/cache-report.ts';
import type { CacheView } from '../../../core/cache/cache-view.ts';
import { findMarked } from '../../../core/cache/find-marked.ts';
import { recentIn } from '../../../core/cache/plan-prune.ts';
import { type PrunePreview, previewPrune } from '../../../core/cache/plan-sweep.ts';
import type { PrunePolicy } from '../../../core/cache/policy.ts';
import type { PruneResult, UndoResult } from '../../../core/cache/prune-result.ts';
import { buildInventory } from '../../../core/inventory/build-inventory.ts';
import { PRUNE_LEASE } from '../../../core/store/lease-name.ts';
import type { CacheStore, CacheWait, ForgottenWorkers, PinChange } from '../../../ports/cache-store.ts';
import type { HeldLease } from '../../../ports/model-store.ts';
import { bootId } from '../disk/boot-id.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { ensureDir } from '../disk/files.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { withReserve } from '../disk/reserve.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';
import type { StoreOptions } from '../file-model-store.ts';
import { scanStore } from '../inventory/scan-store.ts';
import { Leases } from '../lease/lease.ts';
import { forgetWorkers } from './forget.ts';
import { changePins } from './pins.ts';
import { runPrune } from './run-prune.ts';
import { runUndo } from './run-undo.ts';
import { scanCache } from './scan-cache.ts';
import { Trash } from './trash.ts';

/** Shows and prunes stores on the file systems of this machine. */
export class FileCacheStore implements CacheStore {
  readonly #options: StoreOptions;
  readonly #disk: Disk;
  readonly #guard: StoreGuard;
  readonly #leases: Leases;
  readonly #trash: Trash;

  constructor(options: StoreOptions) {
    const { paths, clock, disk = realDisk } = options;
    this.#options = options;
    this.#guard = guardOf(paths);
    this.#disk = guardedDisk(disk, this.#guard);
    const dir = join(paths.state, 'leases');
    this.#leases = new Leases({ disk: this.#disk, clock, dir, staging: this.#staging, boot: bootId() });
    this.#trash = new Trash({ disk: this.#disk, paths, now: () => clock.now() });
  }

  async report(): Promise<CacheReport> {
    return onDisk(this.#root, async () => cacheReport(await this.#view()));
  }

  async preview(policy: PrunePolicy): Promise<PrunePreview> {
    return onDisk(this.#root, async () => {
      const view = await this.#view();
      assertRootsReadable(view);
      return previewPrune(view, policy);
    });
  }

  async prune(policy: PrunePolicy, wait: CacheWait): Promise<PruneResult> {
    const { plan, restored, reused, due, denied } = await this.preview(policy);
    const { remains } = await this.#trash.read();
    if (plan.entries.length + restored.length + reused + due.length + remains.length === 0)
      return {
        marked: [],
        deleted: [],
        restored: [],
        failed: [],
        unmet: plan.unmet,
        ...recentIn(plan),
        ...(denied !== undefined && { denied }),
      };
    const context = { trash: this.#trash, view: () => this.#view(), signal: wait.signal };
    return this.#locked(wait, (lease) => runPrune({ ...context, lease }, policy));
  }

  async undo(names: readonly string[], wait: CacheWait): Promise<UndoResult> {
    const { entries } = await this.#trash.read();
    if (findMarked(entries, names).length === 0) return { restored: [], failed: [] };
    return this.#locked(wait, () => runUndo(this.#trash, names));
  }

  async pin(models: readonly string[], pinned: boolean): Promise<readonly PinChange[]> {
    const { paths } = this.#options;
    const scan = { disk: this.#disk, guard: this.#guard, paths };
    const inventory = async () => buildInventory(await scanStore(scan));
    return onDisk(this.#root, () => changePins({ disk: this.#disk, paths, inventory }, models, pinned));
  }

  async forget(workers: ForgottenWorkers): Promise<readonly string[]> {
    const { paths } = this.#options;
    return onDisk(this.#root, () => forgetWorkers({ disk: this.#disk, paths }, workers));
  }

  /** Runs work under the lease that downloads and removals wait for. */
  async #locked<T>({ onWait, signal }: CacheWait, work: (lease: HeldLease) => Promise<T>): Promise<T> {
    const locked = async () => {
      await ensureDir(this.#disk, this.#staging);
      const lease = await this.#leases.acquire(PRUNE_LEASE, onWait, signal);
      try {
        return await work(lease);
      } finally {
        await lease.release();
      }
    };
    const { state } = this.#options.paths;
    return onDisk(this.#root, () => withReserve({ disk: this.#disk, state }, locked));
  }

  get #root(): string {
    return this.#options.paths.root;
  }

  get #staging(): string {
    return join(this.#options.paths.state, 'staging');
  }

  async #view(): Promise<CacheView> {
    const { clock, paths } = this.#options;
    const marked = async () => (await this.#trash.read()).entries;
    return scanCache({ disk: this.#disk, guard: this.#guard, paths, clock, leases: this.#leases, marked });
  }
}
