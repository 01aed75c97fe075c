import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HeldLease } from '../../../ports/model-store.ts';
import type { GenerationLog } from './generation-log.ts';
import type { Witness } from './liveness-socket.ts';

export interface HoldingOptions {
  readonly log: GenerationLog;
  readonly number: number;
  readonly token: string;
  readonly witness: Witness | null;
  readonly clock: Clock;
}

const BEAT_MS = 10_000;

/** Without a heartbeat for half the time after which others take over, the holder stops by itself. */
const FENCE_MS = 45_000;

/** A lease that this process holds. */
export class Holding implements HeldLease {
  readonly #options: HoldingOptions;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #beat = 0;
  #lastBeat: number;
  #doneBytes = 0;
  #totalBytes = 0;
  #loop: Promise<void> = Promise.resolve();

  private constructor(options: HoldingOptions) {
    this.#options = options;
    this.#lastBeat = options.clock.monotonic();
  }

  static async begin(options: HoldingOptions): Promise<Holding> {
    const holding = new Holding(options);
    await holding.#write(false);
    holding.#loop = holding.#keepAlive();
    return holding;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  progress(doneBytes: number, totalBytes: number): void {
    this.#doneBytes = doneBytes;
    this.#totalBytes = totalBytes;
  }

  async confirm(): Promise<void> {
    this.lost.throwIfAborted();
    const highest = await this.#options.log.highest();
    if (highest !== this.#options.number) this.#lose();
    this.lost.throwIfAborted();
  }

  async release(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    await this.#loop;
    // one that could not be given back is seen to be dead: its socket is silent, its heartbeat stands still
    if (!this.lost.aborted) await this.#write(true).catch(() => undefined);
    await this.#options.witness?.close();
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

  /** A single failed heartbeat is no loss: a server may be away for a moment. */
  async #beatOnce(): Promise<void> {
    const { clock, log, number } = this.#options;
    try {
      if ((await log.highest()) > number) this.#lose();
      else await this.#write(false);
    } catch {
      if (clock.monotonic() - this.#lastBeat >= FENCE_MS) this.#lose();
    }
  }

  async #write(released: boolean): Promise<void> {
    const { log, number, token, clock } = this.#options;
    const before = clock.monotonic();
    if (this.#beat > 0 && !released && before - this.#lastBeat >= FENCE_MS) {
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
    });
    this.#lastBeat = before;
  }

  #lose(): void {
    if (this.lost.aborted) return;
    this.#lost.abort(
      new RmaError(
        'RMA_STORE_LEASE_LOST',
        'another process took over this download while this one stood still',
        {
          exitCode: EXIT.failed,
          hint: 'run the command again: it waits for the other one',
        },
      ),
    );
  }
}
