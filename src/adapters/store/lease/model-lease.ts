import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import type { LeaseHolder, ModelLease, SpaceRequest, SpaceReservation } from '../../../ports/model-store.ts';
import { onDisk } from '../disk/disk-fault.ts';
import type { FileLease } from './held-lease.ts';
import type { SharedContents } from './shared-contents.ts';
import type { SpaceReservations } from './space-reservations.ts';

export interface ModelLeaseOptions {
  readonly lease: FileLease;
  /** directory of the model's layout */
  readonly place: string;
  readonly spaces: SpaceReservations;
  readonly contents: SharedContents;
}

/** The lease of a model. The store is right without the leases of its contents, so losing one of these changes nothing. */
export class FileModelLease implements ModelLease {
  readonly #options: ModelLeaseOptions;

  constructor(options: ModelLeaseOptions) {
    this.#options = options;
  }

  get lost(): AbortSignal {
    return this.#options.lease.lost;
  }

  progress(doneBytes: number, totalBytes: number): void {
    const { lease, contents } = this.#options;
    lease.progress(doneBytes, totalBytes);
    contents.progress(doneBytes, totalBytes);
  }

  confirm(): Promise<void> {
    return this.#options.lease.confirm();
  }

  reserve(space: SpaceRequest): Promise<SpaceReservation | null> {
    const { lease, place, spaces } = this.#options;
    return onDisk(place, () => spaces.reserve(lease, place, space));
  }

  holdContents(
    files: readonly PinnedFile[],
    onWait: (holder: LeaseHolder) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { lease, contents } = this.#options;
    const waits = (holder: LeaseHolder) => {
      // whoever waits for this lease waits for that download too
      lease.progress(holder.doneBytes, holder.totalBytes);
      onWait(holder);
    };
    return contents.hold(files, waits, signal);
  }

  async release(): Promise<void> {
    const { lease, contents } = this.#options;
    await contents.release();
    await lease.release();
  }
}
