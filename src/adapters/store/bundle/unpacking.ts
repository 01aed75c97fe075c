import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { PRUNE_LEASE } from '../../../core/store/lease-name.ts';
import { fits, noRoomText } from '../../../core/store/room.ts';
import type { Bundles } from '../../../ports/bundles.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SpaceReservation } from '../../../ports/model-store.ts';
import type { Disk } from '../disk/disk.ts';
import { freeBytesAt, sameFileSystem } from '../disk/same-file-system.ts';
import type { FileLease } from '../lease/held-lease.ts';
import type { Leases } from '../lease/lease.ts';
import { SpaceReservations } from '../lease/space-reservations.ts';
import { importSpace } from './import-space.ts';
import type { UnpackPlace } from './unpack-directory.ts';

type OpenWork = Parameters<Bundles['open']>[1];

export interface UnpackingParts {
  readonly disk: Disk;
  readonly leases: Leases;
  readonly clock: Clock;
}

export interface UnpackStart {
  readonly place: UnpackPlace;
  /** directory of the bundle; null: a tar file or stream */
  readonly from: string | null;
}

/** The unpacking of one bundle in the staging area of a store, under a lease: equal bundles share their directory. */
export class Unpacking {
  readonly #disk: Disk;
  readonly #leases: Leases;
  readonly #spaces: SpaceReservations;
  readonly #work: OpenWork;
  readonly #lost = new AbortController();
  #directory: string | null = null;
  #lease: FileLease | null = null;
  #reservation: SpaceReservation | null = null;
  #total = 0;
  #done = 0;

  constructor({ disk, leases, clock }: UnpackingParts, work: OpenWork) {
    this.#disk = disk;
    this.#leases = leases;
    this.#spaces = new SpaceReservations(leases, clock);
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
    await this.#reserve(held, directory, writtenBytes);
    return { directory, needed };
  }

  /** Ends the reservation once all is unpacked: what follows is linked, or reserved by its own. */
  async unpacked(): Promise<void> {
    this.#reservation?.release();
    if (this.#reservation !== null) await this.#lease?.publish();
    this.#reservation = null;
  }

  /** Reserves what is written, so that a download does not use the same space. @throws RmaError RMA_STORE_NO_ROOM (5) */
  async #reserve(lease: FileLease, directory: string, writtenBytes: number): Promise<void> {
    const { onWait, signal, later = null } = this.#work;
    const laterBytes = later !== null && sameFileSystem(later.path, directory) ? later.bytes : 0;
    const remaining = () => Math.min(writtenBytes, this.#total - this.#done);
    let free = 0;
    const isEnough = async (reserved: number) => {
      free = (await freeBytesAt(directory)) - reserved;
      return remaining() === 0 || fits(remaining() + laterBytes, free);
    };
    this.#reservation = await this.#spaces.reserve(lease, directory, {
      remaining,
      isEnough,
      onWait,
      signal,
    });
    if (this.#reservation === null) throw noRoom(writtenBytes + laterBytes, Math.max(0, free));
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
