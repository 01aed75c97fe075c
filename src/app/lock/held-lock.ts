import { EXPIRES_MS, RENEW_MS } from '../../core/reservation/holder-state.ts';
import {
  isOf,
  lockClaims,
  lockLabels,
  lockVolume,
  nextGeneration,
} from '../../core/reservation/lock-labels.ts';
import { lockLost } from '../../core/reservation/lock-texts.ts';
import type { LockContext, LockHost, TakenLock } from './take-lock.ts';

interface Claims {
  /** volumes of this process */
  readonly own: readonly string[];
  /** number of volumes of other processes */
  readonly others: number;
  /** of all volumes of the engine */
  readonly names: readonly string[];
}

/** Keeps a lock while a command runs. */
export class HeldLock {
  readonly taken: TakenLock;
  readonly #host: LockHost;
  readonly #invocation: LockContext;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #loop: Promise<void>;
  #generation: number;
  #renewedAt: number;

  constructor(host: LockHost, invocation: LockContext, taken: TakenLock) {
    this.taken = taken;
    this.#host = host;
    this.#invocation = invocation;
    this.#generation = taken.generation;
    this.#renewedAt = invocation.clock.monotonic();
    this.#loop = this.#keep();
  }

  /** aborted with RMA_LOCK_LOST when another process took the lock over */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Removes the volumes of the lock. Never rejects: others take over the lock of a process that ended. */
  async release(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
    try {
      await this.#host.engine.removeVolumes((await this.#claims()).own);
    } catch {
      // the engine stopped
    }
  }

  async #keep(): Promise<void> {
    const { clock } = this.#invocation;
    while (!this.#lost.signal.aborted) {
      try {
        await clock.sleep(RENEW_MS, this.#ended.signal);
      } catch {
        return;
      }
      await this.#renew().catch(() => this.#endAfterSilence());
    }
  }

  /**
   * Creates a volume of the next generation: labels of a volume cannot change, and its age shows that the holder lives. The lock is
   * lost if another process removed the last volume and created its own, or created that generation first.
   */
  async #renew(): Promise<void> {
    const { key, nonce, owner } = this.taken;
    const before = this.#invocation.clock.monotonic();
    const found = await this.#claims();
    if (!found.own.includes(lockVolume(key, this.#generation)) && found.others > 0) return this.#lose();
    const next = nextGeneration(key, found.names);
    const volume = lockVolume(key, next);
    await this.#host.engine.createVolume(volume, { labels: lockLabels(key, nonce, owner), options: {} });
    const { own } = await this.#claims();
    if (!own.includes(volume)) return this.#lose();
    await this.#host.engine.removeVolumes(own.filter((each) => each !== volume));
    this.#generation = next;
    this.#renewedAt = before;
  }

  /** A failed renewal does not lose the lock yet: the engine may restart. */
  #endAfterSilence(): void {
    if (this.#invocation.clock.monotonic() - this.#renewedAt >= EXPIRES_MS) this.#lose();
  }

  #lose(): void {
    this.#lost.abort(lockLost(this.taken.key));
  }

  async #claims(): Promise<Claims> {
    const { key, nonce } = this.taken;
    const volumes = await this.#host.engine.volumes();
    const claims = lockClaims(volumes.values()).filter(isOf(key));
    const own = claims.filter((each) => each.nonce === nonce).map(({ volume }) => volume);
    return { own, others: claims.length - own.length, names: [...volumes.keys()] };
  }
}
