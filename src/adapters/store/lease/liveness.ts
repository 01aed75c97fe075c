import { join } from 'node:path';
import type { Clock } from '../../../ports/clock.ts';
import type { Disk } from '../disk/disk.ts';
import { nearestExisting } from '../disk/same-file-system.ts';
import type { Generation } from './generation-log.ts';
import { isListening } from './liveness-socket.ts';

/** A holder without a heartbeat for this long, by the waiter's own clock, is considered dead. */
export const DEAD_AFTER_MS = 90_000;

export interface LivenessOptions {
  readonly disk: Disk;
  /** directory of all leases */
  readonly dir: string;
  /** boot ID of the running kernel; null if unknown: liveness is determined by heartbeats only, as between hosts */
  readonly boot: string | null;
}

/** Determines whether the holder of a lease still runs. */
export class Liveness {
  readonly #options: LivenessOptions;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  /** Returns whether a generation was released, or its holder is dead. */
  async isFree(current: Generation, watch: Watch): Promise<boolean> {
    watch.update(current);
    if (current.heartbeat?.released === true) return true;
    if (watch.silentFor() >= DEAD_AFTER_MS) return true;
    return (await this.isRunning(current)) === false;
  }

  /** Returns whether the holder of a generation runs, by its socket, whatever the clock shows; null if that is unknown. */
  async isRunning({ record }: Generation): Promise<boolean | null> {
    if (record === null || record.witness === null || !this.isSameBoot(record)) return null;
    // a socket does not respond through another mount of the same file system, such as a second one of an NFS export
    const device = await this.device();
    if (device === null || record.device !== device) return null;
    return isListening(this.socketPath(record.witness));
  }

  /** Returns whether the holder runs on the same kernel as this process. */
  isSameBoot({ boot }: { readonly boot: string | null }): boolean {
    return boot !== null && boot === this.#options.boot;
  }

  /** Returns the device number of the file system of the leases; null if unknown. */
  async device(): Promise<string | null> {
    return this.#deviceAt(this.#options.dir);
  }

  /** Returns the device number of another file system than that of the leases; null: it is that one, or unknown. */
  async otherDevice(path: string): Promise<string | null> {
    const device = await this.#deviceAt(nearestExisting(path));
    return device === (await this.device()) ? null : device;
  }

  socketPath(name: string): string {
    return join(this.#options.dir, '.w', name);
  }

  async #deviceAt(path: string): Promise<string | null> {
    return this.#options.disk.stat(path).then(
      ({ dev }) => String(dev),
      () => null,
    );
  }
}

/** Progress of the holder on the waiter's own monotonic clock: clocks of different hosts are never compared. */
export class Watch {
  readonly #clock: Clock;
  #life = '';
  #lifeSince: number;
  #progress = '';
  #progressSince: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lifeSince = clock.monotonic();
    this.#progressSince = clock.monotonic();
  }

  update({ number, record, heartbeat }: Generation): void {
    const now = this.#clock.monotonic();
    // after a log was removed, the next holder has the same number
    const holder = `${number}:${record?.token ?? ''}`;
    const life = `${holder}:${heartbeat?.beat ?? 0}`;
    const progress = `${holder}:${heartbeat?.doneBytes ?? 0}`;
    if (life !== this.#life) this.#lifeSince = now;
    if (progress !== this.#progress) this.#progressSince = now;
    this.#life = life;
    this.#progress = progress;
  }

  silentFor(): number {
    return this.#clock.monotonic() - this.#lifeSince;
  }

  stuckFor(): number {
    return this.#clock.monotonic() - this.#progressSince;
  }
}
