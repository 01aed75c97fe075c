import type { ModelLease, SpaceRequest, SpaceReservation } from '../../../ports/model-store.ts';
import { onDisk } from '../disk/disk-fault.ts';
import type { FileLease } from './held-lease.ts';
import type { SpaceReservations } from './space-reservations.ts';

/** The lease of a model, whose files are at `place`. */
export class FileModelLease implements ModelLease {
  readonly #lease: FileLease;
  readonly #place: string;
  readonly #spaces: SpaceReservations;

  constructor(lease: FileLease, place: string, spaces: SpaceReservations) {
    this.#lease = lease;
    this.#place = place;
    this.#spaces = spaces;
  }

  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  progress(doneBytes: number, totalBytes: number): void {
    this.#lease.progress(doneBytes, totalBytes);
  }

  confirm(): Promise<void> {
    return this.#lease.confirm();
  }

  reserve(space: SpaceRequest): Promise<SpaceReservation | null> {
    return onDisk(this.#place, () => this.#spaces.reserve(this.#lease, this.#place, space));
  }

  release(): Promise<void> {
    return this.#lease.release();
  }
}
