import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { LeaseHolder } from '../../../ports/model-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir } from '../disk/files.ts';
import { severalAtOnce } from '../disk/several-at-once.ts';
import {
  type Generation,
  GenerationLog,
  type Heartbeat,
  type LeaseRecord,
  type ReservedSpace,
} from './generation-log.ts';
import { FileLease } from './held-lease.ts';
import { Liveness, Watch } from './liveness.ts';
import { openLivenessSocket } from './liveness-socket.ts';

export interface LeaseOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** directory of all leases */
  readonly dir: string;
  /** directory for temporary files on the same file system */
  readonly staging: string;
  /** boot ID of the running kernel; null if unknown: liveness is determined by heartbeats only, as between hosts */
  readonly boot: string | null;
}

/** A lease whose holder needs disk space. */
export interface Reserving {
  readonly generation: Generation;
  readonly heartbeat: Heartbeat;
  readonly reserved: ReservedSpace;
}

/** A holder whose heartbeat has this age cannot be alive, however wrong its clock is. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/** Longest wait for a running holder that makes no progress. */
const STUCK_AFTER_MS = 30 * 60_000;

const POLL_MS = 500;

/** Leases by generation log. They only avoid double work; the store stays correct without them. */
export class Leases {
  readonly #options: LeaseOptions;
  readonly liveness: Liveness;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.liveness = new Liveness(options);
  }

  /**
   * Waits until this process holds `key`.
   * @throws RmaError RMA_STORE_LEASE_TIMEOUT exit 7 if the holder runs but makes no progress
   */
  async acquire(key: string, onWait: (holder: LeaseHolder) => void, signal: AbortSignal): Promise<FileLease> {
    const { disk, clock, dir, staging } = this.#options;
    const log = new GenerationLog(disk, join(dir, key), staging);
    const watch = new Watch(clock);
    for (;;) {
      signal.throwIfAborted();
      const number = await log.highest();
      const current = number === 0 ? null : await log.read(number);
      if (current === null || (await this.liveness.isFree(current, watch))) {
        const lease = await this.#claim(log, current);
        if (lease === null) continue;
        await this.#removeStaleSocket(current);
        return lease;
      }
      onWait(holderOf(current));
      if (watch.stuckFor() >= STUCK_AFTER_MS) throw stuck(key, current);
      await clock.sleep(POLL_MS, signal);
    }
  }

  /**
   * Waits until no running process holds `key`.
   * @throws RmaError RMA_STORE_LEASE_TIMEOUT exit 7 if the holder runs but makes no progress
   */
  async waitFor(key: string, onWait: (holder: LeaseHolder) => void, signal: AbortSignal): Promise<void> {
    const { disk, clock, dir, staging } = this.#options;
    const log = new GenerationLog(disk, join(dir, key), staging);
    const watch = new Watch(clock);
    for (;;) {
      signal.throwIfAborted();
      const number = await log.highest();
      if (number === 0) return;
      const current = await log.read(number);
      if (await this.liveness.isFree(current, watch)) return;
      onWait(holderOf(current));
      if (watch.stuckFor() >= STUCK_AFTER_MS) throw stuck(key, current);
      await clock.sleep(POLL_MS, signal);
    }
  }

  /**
   * Returns the names of the leases that a running process may hold: those that were not released, and whose process is known
   * to run, or is not known to be dead and has sent a heartbeat within the last hour. Writes nothing. `isWanted`: the names to
   * look at (default: all).
   */
  async active(isWanted = (_name: string) => true): Promise<ReadonlySet<string>> {
    const held: string[] = [];
    for (const name of await this.#names()) {
      if (isWanted(name) && (await this.#isHeld(name))) held.push(name);
    }
    return new Set(held);
  }

  /**
   * Returns the generations whose holders need disk space, but for those that are known to be dead. Writes nothing.
   * `watchOf` returns the observation of a holder, by its token.
   */
  async reserving(
    watchOf = (_token: string) => new Watch(this.#options.clock),
  ): Promise<readonly Reserving[]> {
    const { disk, dir, staging } = this.#options;
    const found: Reserving[] = [];
    await severalAtOnce(await this.#names(), async (name) => {
      const log = new GenerationLog(disk, join(dir, name), staging);
      const number = await log.highest();
      const heartbeat = await log.heartbeat(number);
      const reserved = heartbeat?.reserved;
      if (heartbeat === null || reserved === undefined || reserved.bytes === 0) return;
      const generation = await log.read(number);
      if (await this.liveness.isFree(generation, watchOf(heartbeat.token))) return;
      found.push({ generation, heartbeat, reserved });
    });
    return found;
  }

  async #names(): Promise<readonly string[]> {
    const { disk, dir } = this.#options;
    const names = (await unless(NO_RECORD, disk.readdir(dir))) ?? [];
    return names.filter((name) => !name.startsWith('.'));
  }

  async #isHeld(name: string): Promise<boolean> {
    const { disk, clock, dir, staging } = this.#options;
    const log = new GenerationLog(disk, join(dir, name), staging);
    const number = await log.highest();
    if (number === 0) return false;
    const current = await log.read(number);
    if (await this.liveness.isFree(current, new Watch(clock))) return false;
    // after a suspension, or when the clock was set forward, the last heartbeat of a running holder is old
    if ((await this.liveness.isRunning(current)) === true) return true;
    const stats = await Promise.all(
      ['g', 'hb'].map((kind) => unless(NO_RECORD, disk.lstat(join(dir, name, `${kind}${number}`)))),
    );
    return stats.some((each) => each !== null && clock.now() - each.mtimeMs < FORGOTTEN_AFTER_MS);
  }

  /** Claims a generation. The socket listens before the generation is visible, so that a closed socket always means a dead holder. */
  async #claim(log: GenerationLog, previous: Generation | null): Promise<FileLease | null> {
    const { boot, clock } = this.#options;
    const number = (previous?.number ?? 0) + 1;
    const token = randomUUID();
    const name = token.slice(0, 8);
    const livenessSocket = boot === null ? null : await this.#openSocket(name);
    const record: LeaseRecord = {
      schema: 'rma.lease/v1',
      host: hostname(),
      boot,
      pid: process.pid,
      token,
      witness: livenessSocket === null ? null : name,
      device: await this.liveness.device(),
    };
    try {
      if (await log.claim(record, previous)) {
        await log.clearBefore(number);
        return await FileLease.begin({ log, number, token, livenessSocket, clock });
      }
    } catch (error) {
      await livenessSocket?.close();
      throw error;
    }
    await livenessSocket?.close();
    return null;
  }

  /** Removes the socket of a killed holder. */
  async #removeStaleSocket(previous: Generation | null): Promise<void> {
    const name = previous?.record?.witness ?? null;
    if (name !== null && /^[0-9a-f]{8}$/.test(name)) {
      // the file does no harm: a new holder has another name
      await this.#options.disk.rm(this.liveness.socketPath(name), { force: true }).catch(() => undefined);
    }
  }

  async #openSocket(name: string): ReturnType<typeof openLivenessSocket> {
    const path = this.liveness.socketPath(name);
    await ensureDir(this.#options.disk, join(path, '..'));
    return openLivenessSocket(this.#options.disk, path);
  }
}

/** Returns who holds a lease, and its progress. */
export function holderOf({ record, heartbeat }: Generation): LeaseHolder {
  return {
    host: record?.host ?? 'unknown',
    doneBytes: heartbeat?.doneBytes ?? 0,
    totalBytes: heartbeat?.totalBytes ?? 0,
  };
}

function stuck(key: string, current: Generation): RmaError {
  const { host, doneBytes, totalBytes } = holderOf(current);
  return new RmaError(
    'RMA_STORE_LEASE_TIMEOUT',
    `timed out waiting for the download of ${key} by ${host} (pid ${current.record?.pid ?? 'unknown'}): stuck at ${doneBytes} of ${totalBytes} bytes`,
    { exitCode: EXIT.waitedTooLong, hint: `stop that process on ${host}, then run the command again` },
  );
}
