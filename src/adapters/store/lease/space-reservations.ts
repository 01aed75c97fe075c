import { SPACE_LEASE } from '../../../core/store/lease-name.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SpaceRequest, SpaceReservation } from '../../../ports/model-store.ts';
import type { FileLease, NeededSpace } from './held-lease.ts';
import { holderOf, type Leases, type Reserving } from './lease.ts';
import { Watch } from './liveness.ts';

const POLL_MS = 500;

/** Free disk space that the holders of leases have reserved. Each publishes first what it needs, then counts the others. */
export class SpaceReservations {
  readonly #leases: Leases;
  readonly #clock: Clock;
  /** what this process needs: exact, while heartbeats are up to ten seconds old */
  readonly #own = new Map<FileLease, NeededSpace>();
  readonly #ownTokens = new Set<string>();
  #reading: Promise<unknown> = Promise.resolve();
  #next: Promise<readonly Reserving[]> | null = null;

  constructor(leases: Leases, clock: Clock) {
    this.#leases = leases;
    this.#clock = clock;
  }

  /** Reserves space at `place` as `ModelLease.reserve` does. */
  async reserve(lease: FileLease, place: string, request: SpaceRequest): Promise<SpaceReservation | null> {
    const { remaining, isEnough } = request;
    const space = { bytes: remaining, device: await this.#leases.liveness.otherDevice(place) };
    const reservation = { release: () => this.#drop(lease) };
    this.#hold(lease, space);
    if (remaining() === 0) return reservation;
    try {
      await lease.publish();
      if (await isEnough(this.#reserved(lease, space, await this.#readSoon()))) return reservation;
      await this.#withdraw(lease);
      // two that start together detect each other: then one at a time
      const isGranted = (await isEnough(0)) && (await this.#reserveAlone(lease, space, request));
      return isGranted ? reservation : null;
    } catch (error) {
      this.#drop(lease);
      throw error;
    }
  }

  /**
   * Reserves while no other process does this. What others have reserved counts until their next heartbeat has what they
   * still need, or they are dead.
   */
  async #reserveAlone(lease: FileLease, space: NeededSpace, request: SpaceRequest): Promise<boolean> {
    const { isEnough, onWait, signal } = request;
    const turn = await this.#leases.acquire(SPACE_LEASE, onWait, signal);
    try {
      this.#hold(lease, space);
      await lease.publish();
      const watches = new Map<string, Watch>();
      const watchOf = (token: string) => {
        const watch = watches.get(token) ?? new Watch(this.#clock);
        watches.set(token, watch);
        return watch;
      };
      const first = await this.#leases.reserving(watchOf);
      for (let now = first; ; now = await this.#leases.reserving(watchOf)) {
        if (await isEnough(this.#reserved(lease, space, now))) return true;
        const old = this.#counted(space, now).find(({ heartbeat: { token, beat } }) =>
          first.some(({ heartbeat }) => heartbeat.token === token && heartbeat.beat === beat),
        );
        if (old === undefined) break;
        onWait(holderOf(old.generation));
        await this.#clock.sleep(POLL_MS, signal);
      }
      await this.#withdraw(lease);
      return false;
    } finally {
      await turn.release();
    }
  }

  /** Returns the bytes that all others have reserved on a file system. */
  #reserved(lease: FileLease, space: NeededSpace, others: readonly Reserving[]): number {
    const own = [...this.#own].filter(([each, { device }]) => each !== lease && device === space.device);
    return (
      own.reduce((sum, [, { bytes }]) => sum + bytes(), 0) +
      this.#counted(space, others).reduce((sum, { reserved }) => sum + reserved.bytes, 0)
    );
  }

  /** Returns the reservations of other processes on a file system. */
  #counted({ device }: NeededSpace, others: readonly Reserving[]): readonly Reserving[] {
    return others.filter(
      ({ generation: { record }, heartbeat: { token }, reserved }) =>
        !this.#ownTokens.has(token) &&
        reserved.device === device &&
        // the same number means another file system on another machine
        (device === null || (record !== null && this.#leases.liveness.isSameBoot(record))),
    );
  }

  /** Returns the reservations as they are after this call. Calls that wait for the same reading share it. */
  #readSoon(): Promise<readonly Reserving[]> {
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#leases.reserving();
      });
    this.#reading = this.#next;
    return this.#next;
  }

  #hold(lease: FileLease, space: NeededSpace): void {
    this.#own.set(lease, space);
    this.#ownTokens.add(lease.token);
    lease.space = space;
  }

  #drop(lease: FileLease): void {
    this.#own.delete(lease);
    lease.space = null;
  }

  async #withdraw(lease: FileLease): Promise<void> {
    this.#drop(lease);
    await lease.publish();
  }
}
