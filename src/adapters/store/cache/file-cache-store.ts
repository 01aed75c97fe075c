import { join } from 'node:path';
import { assertRootsReadable } from '../../../core/cache/assert-roots.ts';
import { type CacheReport, cacheReport } from '../../../core/cache/cache-report.ts';
import type { CacheView } from '../../../core/cache/cache-view.ts';
import { type PrunePreview, previewPrune } from '../../../core/cache/plan-sweep.ts';
import type { PrunePolicy } from '../../../core/cache/policy.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { CacheStore } from '../../../ports/cache-store.ts';
import { bootId } from '../disk/boot-id.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';
import type { StoreOptions } from '../file-model-store.ts';
import { Leases } from '../lease/lease.ts';
import { scanCache } from './scan-cache.ts';
import { trashFolders } from './trash.ts';

/** The care of a store on the file systems of this machine. */
export class FileCacheStore implements CacheStore {
  readonly #paths: StorePaths;
  readonly #options: StoreOptions;
  readonly #disk: Disk;
  readonly #guard: StoreGuard;
  readonly #leases: Leases;

  constructor(options: StoreOptions) {
    const { paths, clock, disk = realDisk } = options;
    this.#options = options;
    this.#paths = paths;
    this.#guard = guardOf(paths);
    this.#disk = guardedDisk(disk, this.#guard);
    const dir = join(paths.state, 'leases');
    const staging = join(paths.state, 'staging');
    this.#leases = new Leases({ disk: this.#disk, clock, dir, staging, boot: bootId() });
  }

  async report(): Promise<CacheReport> {
    return cacheReport(await this.#view());
  }

  async preview(policy: PrunePolicy): Promise<PrunePreview> {
    const view = await this.#view();
    assertRootsReadable(view);
    return previewPrune(view, policy);
  }

  async #view(): Promise<CacheView> {
    const { clock } = this.#options;
    const context = { disk: this.#disk, guard: this.#guard, paths: this.#paths };
    const marked = async () => (await trashFolders(context)).flatMap(({ entry }) => entry ?? []);
    return onDisk(this.#paths.root, () => scanCache({ ...context, clock, leases: this.#leases, marked }));
  }
}
