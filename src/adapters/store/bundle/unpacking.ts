import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { PRUNE_LEASE } from '../../../core/store/lease-name.ts';
import { fits, noRoomText } from '../../../core/store/room.ts';
import type { Bundles } from '../../../ports/bundles.ts';
import type { HeldLease } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';
import { freeBytesAt } from '../disk/same-file-system.ts';
import type { Leases } from '../lease/lease.ts';
import { importSpace } from './import-space.ts';
import type { UnpackPlace } from './unpack-folder.ts';

type OpenWork = Parameters<Bundles['open']>[1];

export interface UnpackStart {
  readonly place: UnpackPlace;
  /** directory of the bundle; null: a tar file or stream */
  readonly from: string | null;
}

/** The unpacking of one bundle in the staging area of a store, under a lease: equal bundles share their directory. */
export class Unpacking {
  readonly #disk: Disk;
  readonly #leases: Leases;
  readonly #work: OpenWork;
  readonly #lost = new AbortController();
  #directory: string | null = null;
  #lease: HeldLease | null = null;
  #total = 0;
  #done = 0;

  constructor(disk: Disk, leases: Leases, work: OpenWork) {
    this.#disk = disk;
    this.#leases = leases;
    this.#work = work;
  }

  /** Aborted by the caller, and when another process has taken over the lease. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#work.signal, this.#lost.signal]);
  }

  /**
   * Waits until no other process unpacks the same bundle. Returns the directory and the content that the store needs.
   * @throws RmaError RMA_STORE_NO_ROOM (5), RMA_STORE_LEASE_TIMEOUT (7)
   */
  async begin(
    manifest: BundleManifest,
    { place: { directory, lease }, from }: UnpackStart,
  ): Promise<{ readonly directory: string; readonly needed: ReadonlySet<string> }> {
    const { onWait, signal } = this.#work;
    const held = await this.#leases.acquire(lease, onWait, signal);
    this.#lease = held;
    held.lost.addEventListener('abort', () => this.#lost.abort(held.lost.reason));
    // prune keeps what is leased, so the later of the two detects the other
    await this.#leases.waitFor(PRUNE_LEASE, onWait, signal);
    this.#directory = directory;
    const needed = await this.#needed(manifest, directory);
    const { readBytes, writtenBytes } = await importSpace(this.#disk, manifest, { needed, directory, from });
    this.#total = readBytes;
    const free = await freeBytesAt(directory);
    if (!fits(writtenBytes, free)) throw noRoom(writtenBytes, free);
    return { directory, needed };
  }

  took(bytes: number): void {
    this.#done += bytes;
    this.#lease?.progress(this.#done, this.#total);
    this.#work.onProgress(this.#done, this.#total);
  }

  /** Removes what was unpacked, unless it serves the next import, and releases the lease. */
  async end({ keep }: { readonly keep: boolean }): Promise<void> {
    try {
      if (!keep && !this.#lost.signal.aborted && this.#directory !== null)
        await this.#disk.rm(this.#directory, { recursive: true, force: true });
    } finally {
      await this.#lease?.release();
    }
  }

  async #needed(manifest: BundleManifest, directory: string): Promise<ReadonlySet<string>> {
    const needed = new Set<string>();
    for (const [at, found] of bundledModels(manifest, directory).entries()) {
      if (!(await this.#work.isNeeded(found))) continue;
      for (const { sha256 } of manifest.models[at]?.files ?? []) needed.add(sha256);
    }
    return needed;
  }
}

function noRoom(bytes: number, free: number): RmaError {
  return new RmaError('RMA_STORE_NO_ROOM', noRoomText(bytes, free), {
    exitCode: EXIT.doesNotFit,
    hint: 'free disk space on the file system of the store; to list what can be removed: rma cache ls; or use another directory: --dest DIR',
  });
}
