import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HeldLease } from '../../../ports/model-store.ts';
import { errnoOf, NO_SPACE } from '../disk/disk.ts';
import { diskFault } from '../disk/disk-fault.ts';
import type { GenerationLog } from './generation-log.ts';
import type { LivenessSocket } from './liveness-socket.ts';

export interface FileLeaseOptions {
  readonly log: GenerationLog;
  readonly number: number;
  readonly token: string;
  readonly livenessSocket: LivenessSocket | null;
  readonly clock: Clock;
}

/** Disk space that the holder still needs. */
export interface NeededSpace {
  readonly bytes: () => number;
  /** device number of the file system; null: that of the leases */
  readonly device: string | null;
}

const BEAT_MS = 10_000;

/** The holder stops by itself after this long without a heartbeat: half the time after which others take over. */
const FENCE_MS = 45_000;

/** A lease that this process holds. */
export class FileLease implements HeldLease {
  readonly #options: FileLeaseOptions;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #beat = 0;
  #lastBeat: number;
  /** why there is no heartbeat: a full disk */
  #fault: unknown = null;
  #doneBytes = 0;
  #totalBytes = 0;
  #space: NeededSpace | null = null;
  #loop: Promise<void> = Promise.resolve();
  /** the last heartbeat that is being written: a later one must not be replaced by an earlier one */
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: FileLeaseOptions) {
    this.#options = options;
    this.#lastBeat = options.clock.monotonic();
  }

  static async begin(options: FileLeaseOptions): Promise<FileLease> {
    const lease = new FileLease(options);
    // on a full disk the first heartbeat follows when this holder has freed space, or the lease is lost
    await lease.#write(false).catch((error: unknown) => lease.#lacksSpace(error));
    lease.#loop = lease.#keepAlive();
    return lease;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  progress(doneBytes: number, totalBytes: number): void {
    this.#doneBytes = doneBytes;
    this.#totalBytes = totalBytes;
  }

  get token(): string {
    return this.#options.token;
  }

  /** What this holder still needs on a disk; later heartbeats contain it. */
  set space(space: NeededSpace | null) {
    this.#space = space;
  }

  /** Writes a heartbeat now. On a full disk it follows later, or the lease is lost. @throws the fault of the lost lease */
  async publish(): Promise<void> {
    await this.#write(false).catch((error: unknown) => this.#lacksSpace(error));
    this.lost.throwIfAborted();
  }

  async confirm(): Promise<void> {
    this.lost.throwIfAborted();
    const { log, number } = this.#options;
    // commands such as prune go by the heartbeat, without taking the lease over
    if ((await log.highest()) !== number || this.#isSilent()) this.#lose();
    this.lost.throwIfAborted();
  }

  release(): Promise<void> {
    return this.#end(() => this.#markReleased());
  }

  /** Releases a lease of a name that is rarely used again, and removes its log. Never rejects. */
  discard(): Promise<void> {
    const { log, number, token } = this.#options;
    return this.#end(async () => {
      const isRemoved = await log.remove(number, token).catch(() => false);
      if (!isRemoved) await this.#markReleased();
    });
  }

  /** If the release fails, others detect a dead holder by its closed socket and stale heartbeat. */
  async #end(release: () => Promise<void>): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    await this.#loop;
    if (!this.lost.aborted) await release().catch(() => undefined);
    await this.#options.livenessSocket?.close();
  }

  #markReleased(): Promise<void> {
    const { log, number } = this.#options;
    return this.#write(true).catch(() => log.withdraw(number));
  }

  async #keepAlive(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#ended.signal.aborted && !this.lost.aborted) {
      try {
        await clock.sleep(BEAT_MS, this.#ended.signal);
      } catch {
        return;
      }
      await this.#beatOnce();
    }
  }

  /** Writes a heartbeat. A single failure does not lose the lease: a server may be unavailable for a moment. */
  async #beatOnce(): Promise<void> {
    const { log, number } = this.#options;
    try {
      if ((await log.highest()) > number) this.#lose();
      else await this.#write(false);
    } catch (error) {
      if (NO_SPACE.includes(errnoOf(error) ?? '')) this.#fault = error;
      if (this.#isSilent()) this.#lose();
    }
  }

  #write(released: boolean): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(released));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #writeNow(released: boolean): Promise<void> {
    const { log, number, token, clock } = this.#options;
    const before = clock.monotonic();
    if (this.#beat > 0 && !released && this.#isSilent()) {
      this.#lose();
      return;
    }
    this.#beat += 1;
    await log.beat(number, {
      token,
      beat: this.#beat,
      released,
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      ...(!released &&
        this.#space !== null && {
          reserved: { bytes: this.#space.bytes(), device: this.#space.device },
        }),
    });
    this.#lastBeat = before;
    this.#fault = null;
  }

  /** Returns whether the last heartbeat is so old that others may soon take over. */
  #isSilent(): boolean {
    return this.#options.clock.monotonic() - this.#lastBeat >= FENCE_MS;
  }

  #lacksSpace(error: unknown): void {
    if (!NO_SPACE.includes(errnoOf(error) ?? '')) throw error;
    this.#fault = error;
  }

  #lose(): void {
    if (this.lost.aborted) return;
    if (this.#fault !== null) this.#lost.abort(diskFault(this.#fault, 'the leases of the store'));
    // an abort after the first has no effect
    this.#lost.abort(
      new RmaError(
        'RMA_STORE_LEASE_LOST',
        'another process took over this download while this one was suspended',
        {
          exitCode: EXIT.failed,
          hint: 'run the command again; it waits for the other process',
        },
      ),
    );
  }
}
