import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BackoffBounds, backoffMs } from '../../core/backoff.ts';
import { RmaError } from '../../core/errors.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import { controlDirectory } from './control-directory.ts';
import { SshLane, type SshSession } from './ssh-lane.ts';
import type { RemoteFacts, SshLimits } from './ssh-master.ts';
import type { SshTarget } from './ssh-target.ts';
import { orAborted, whenAborted, withDeadline } from './until-aborted.ts';

/** The pauses between attempts to log in on a server that has too many logins: about 10 seconds in all. */
const PAUSES: BackoffBounds = { firstMs: 1_000, longestMs: 4_000 };

/** How long to wait for a session to end if the server refuses another login, milliseconds. */
const RELEASE_MS = 60_000;

const LIMITS: SshLimits = { connectSeconds: 10, loginMs: 20_000, logins: 6, aliveSeconds: 5 };

export interface ConnectionParts {
  readonly target: SshTarget;
  /** runs `ssh` on this machine */
  readonly local: CommandRunner;
  readonly limits?: Partial<SshLimits>;
}

/**
 * The connections to one host: as many lanes as its sessions need, opened one after the other, because a server refuses
 * logins that come all at once (MaxStartups of sshd_config).
 */
export class SshConnection {
  readonly target: SshTarget;
  readonly #parts: ConnectionParts;
  readonly #closed = new AbortController();
  #facts: RemoteFacts = new Map();
  #lanes: readonly SshLane[] = [];
  #opening: Promise<void> | null = null;

  private constructor(parts: ConnectionParts) {
    this.target = parts.target;
    this.#parts = parts;
  }

  /** Connects to a host. @throws RmaError RMA_HOST_*, RMA_COMMAND_MISSING (3) without `ssh` */
  static async open(parts: ConnectionParts, signal: AbortSignal): Promise<SshConnection> {
    const connection = new SshConnection(parts);
    await connection.#openLane(signal);
    connection.#facts = connection.#lanes[0]?.facts ?? new Map();
    return connection;
  }

  /** Returns what the machine reported at the first login. */
  get facts(): RemoteFacts {
    return this.#facts;
  }

  /** Returns a session, on a new lane where all others are in use. @throws RmaError RMA_HOST_* */
  async session(signal?: AbortSignal): Promise<SshSession> {
    while (true) {
      signal?.throwIfAborted();
      const lane = this.#lanes.find(({ hasRoom }) => hasRoom);
      if (lane !== undefined) return lane.take();
      this.#opening ??= this.#openLane(this.#closed.signal).finally(() => {
        this.#opening = null;
      });
      const opened = this.#opening.catch((error: unknown) => this.#released(error));
      await (signal === undefined ? opened : orAborted(opened, signal));
    }
  }

  /** Waits until a session has ended, if the server only refuses more logins. */
  async #released(error: unknown): Promise<void> {
    const lanes = this.#lanes.filter(({ gone }) => !gone.aborted);
    if (!isBusy(error) || lanes.length === 0) throw error;
    // one may have ended while the server refused the logins
    if (lanes.some(({ hasRoom }) => hasRoom)) return;
    const release = Promise.race(lanes.flatMap((lane) => [lane.released(), whenAborted(lane.gone)]));
    await withDeadline(Promise.race([release, whenAborted(this.#closed.signal)]), RELEASE_MS);
    if (!lanes.some(({ hasRoom, gone }) => hasRoom || gone.aborted)) throw error;
  }

  /** Returns how far the clock of the machine is ahead of the one given, milliseconds. */
  async clockOffsetMs(now: () => number): Promise<number> {
    using session = await this.session();
    const sent = now();
    const [seconds = '', fraction = ''] = (await session.lane.clock()).split('.');
    const middle = (sent + now()) / 2;
    // without fractions (BusyBox), the middle of the second is the best estimate
    const part = /^\d+$/.test(fraction) ? Number(`0.${fraction}`) : 0.5;
    return Math.round((Number(seconds) + part) * 1000 - middle);
  }

  /** Ends all connections and the programs that still run on them. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#opening?.catch(() => undefined);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    this.#lanes = [];
  }

  async #openLane(signal: AbortSignal): Promise<void> {
    const lane = await this.#connect(signal, 1);
    this.#lanes = [...this.#lanes.filter(({ gone }) => !gone.aborted), lane];
  }

  /** Connects, again after a pause while the server has too many logins at a time, also those of others. */
  async #connect(signal: AbortSignal, attempt: number): Promise<SshLane> {
    const { local, target } = this.#parts;
    const limits = { ...LIMITS, ...this.#parts.limits };
    const mark = randomBytes(8).toString('hex');
    const socket = join(await controlDirectory(), mark);
    try {
      return await SshLane.open({ local, target, mark, socket, limits }, signal);
    } catch (error) {
      if (!isBusy(error) || attempt === limits.logins) throw error;
      const pauseMs = backoffMs(attempt, Math.random(), PAUSES);
      await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      return this.#connect(signal, attempt + 1);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof RmaError && error.code === 'RMA_HOST_BUSY';
}
