import { backoffMs } from '../../../core/backoff.ts';
import { RmaError } from '../../../core/errors.ts';
import type { HttpStream } from '../../../ports/http-client.ts';
import type { TransferJob } from '../../../ports/transfer.ts';
import { Attempts, PROGRESS_BYTES } from './attempts.ts';
import { strongEtag } from './check-response.ts';
import { type Claim, Claims } from './claims.ts';
import { FileServer, type ServerOptions } from './file-server.ts';
import type { HostPace, PacedConnection } from './host-pace.ts';
import type { Part } from './part.ts';
import type { RateLimit } from './rate-limit.ts';
import { receiveBody } from './receive-body.ts';
import { SlowRequests } from './slow-requests.ts';
import type { Outcome, Over, Response, Retry } from './stream-outcome.ts';
import { faultAt, neverComplete, shortFault, slowFault } from './transfer-faults.ts';

export interface StreamOptions extends ServerOptions {
  /** in [0, 1) */
  readonly random: () => number;
  /** first delay between two attempts, ms */
  readonly pauseMs: number;
  /** smallest range of one of several connections, bytes */
  readonly minPart?: number | undefined;
  readonly pace: HostPace;
  readonly rate: RateLimit;
}

/**
 * Receives one file, over several connections if its server supports ranges with a strong entity tag. A connection with a
 * fault gives its range back to the others; the last one tries again, with a limit per kind of fault.
 */
export class FileStreams {
  readonly #options: StreamOptions;
  readonly #job: TransferJob;
  readonly #part: Part;
  readonly #server: FileServer;
  readonly #attempts: Attempts;
  readonly #claims: Claims;
  readonly #slow: SlowRequests;
  #active = 0;
  /** most connections, by the job and by what the server accepted */
  #most: number;
  #stop = new AbortController();
  #signal: AbortSignal;
  #over: Over | null = null;
  /** called when the last connection ends */
  #ended: () => void = () => undefined;

  constructor(options: StreamOptions, job: TransferJob, part: Part) {
    this.#options = options;
    this.#job = job;
    this.#part = part;
    this.#server = new FileServer(options, job);
    this.#attempts = new Attempts(part.received, job.retries);
    this.#claims = new Claims(job.bytes, options.minPart);
    this.#slow = new SlowRequests(() => options.clock.monotonic());
    this.#most = job.connections ?? 1;
    this.#signal = job.signal;
  }

  /** host that sent the last response, after redirects */
  get sender(): string {
    return this.#server.sender;
  }

  /** Receives what is missing. @throws RmaError of the last fault */
  async complete(): Promise<void> {
    while (this.#part.received < this.#job.bytes) {
      this.#job.signal.throwIfAborted();
      const over = await this.#session();
      if (over !== null && 'fault' in over) throw over.fault;
      if (over !== null) await this.#tryAgain(over.retry);
    }
  }

  /** Discards everything that was received. */
  async reset(): Promise<void> {
    await this.#part.reset();
    this.#attempts.restart();
  }

  /** Runs connections until all have ended. Returns why, null if nothing was left for them. */
  async #session(): Promise<Over | null> {
    this.#over = null;
    this.#stop = new AbortController();
    // a small file has one connection, which ends by itself
    this.#signal = this.#isWhole()
      ? this.#job.signal
      : AbortSignal.any([this.#job.signal, this.#stop.signal]);
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
      this.#grow();
    });
    return this.#over;
  }

  /** Starts connections while there is work for them. */
  #grow(): void {
    while (this.#over === null && this.#active < this.#allowed()) {
      const claim = this.#take(this.#active + 1);
      if (claim === null) return;
      this.#active += 1;
      const connection = this.#isLarge() ? this.#options.pace.connect(this.#most) : null;
      void this.#run(claim, connection)
        .catch((fault: unknown) => this.#end({ fault }))
        .finally(() => {
          this.#active -= 1;
          connection?.end();
          if (this.#active === 0) this.#ended();
        });
    }
  }

  /** Receives one range after the other, until nothing is left or the other connections suffice. */
  async #run(first: Claim, connection: PacedConnection | null): Promise<void> {
    for (let claim: Claim | null = first; claim !== null; ) {
      try {
        if ((await this.#step(claim, connection)) === 'retire') return;
      } finally {
        this.#claims.release(claim);
      }
      const suffices = this.#over !== null || this.#active > this.#allowed();
      claim = suffices ? null : this.#take(this.#active);
    }
  }

  #take(connections: number): Claim | null {
    return this.#claims.take(this.#part.written, connections, this.#options.pace.partBytes);
  }

  async #step(claim: Claim, connection: PacedConnection | null): Promise<'retire' | 'next'> {
    const outcome = await this.#request(claim, connection);
    if (outcome.kind === 'late') return 'retire';
    if (outcome.kind === 'fail') throw outcome.error;
    const { received } = this.#part;
    this.#attempts.progress(received);
    if (outcome.kind === 'append') {
      if (received < this.#job.bytes && this.#attempts.isShort(received)) throw shortFault(this.#job.label);
      return 'next';
    }
    if (this.#active === 1) await this.#tryAgain(outcome);
    else if (outcome.drop === true) this.#end({ retry: outcome });
    else return this.#giveBack(outcome, claim);
    return 'next';
  }

  /** Leaves a range to the other connections after a fault. A connection that the server refused is not opened again. */
  #giveBack({ budget, isSlow = false }: Retry, claim: Claim): 'retire' | 'next' {
    if (isSlow) return 'next';
    if (budget === 'content' || budget === 'html') this.#server.distrustRanges();
    else if (claim.at - claim.start >= PROGRESS_BYTES) return 'next';
    else this.#most = Math.max(1, this.#active - 1);
    return 'retire';
  }

  /** Counts a fault, discards content that does not fit, and waits. */
  async #tryAgain({ budget, error, drop, waitMs = 0 }: Retry): Promise<void> {
    const used = this.#attempts.count({ budget, error });
    if (drop === true || (budget === 'content' && used === 2)) await this.#restart(error);
    const { clock, random, pauseMs } = this.#options;
    // a first fault after progress is ordinary; a request for a wait is reported already
    if (used > 1 && waitMs === 0) this.#job.onWait?.(`${error.message}; retrying`);
    const pause = backoffMs(used, random(), { firstMs: pauseMs });
    await clock.sleep(Math.max(waitMs, pause), this.#job.signal);
  }

  async #request(claim: Claim, connection: PacedConnection | null): Promise<Outcome> {
    const session = this.#signal;
    await this.#server.ready(session);
    const slow = new AbortController();
    const watch = this.#slow.watch(() => slow.abort(slowFault()));
    const onBytes = (bytes: number) => {
      watch.received(bytes);
      connection?.received(bytes);
    };
    const signal = this.#isWhole() ? session : AbortSignal.any([session, slow.signal]);
    let stream: HttpStream | null = null;
    try {
      const request = { offset: claim.at, end: claim.end, etag: this.#part.etag, signal };
      stream = await this.#server.open(request);
      const verdict = this.#server.check(request, stream, this.#active === 1);
      if (verdict.kind === 'retry') {
        this.#server.forget();
        return { ...verdict, waitMs: this.#server.requestedWait(stream) };
      }
      if (verdict.kind === 'fail') return verdict;
      if (!this.#claims.confirm(claim)) return { kind: 'late' };
      connection?.opened();
      const isWhole = verdict.kind === 'restart';
      return await this.#receive({ claim, requested: request.end, isWhole, onBytes }, stream);
    } catch (error) {
      if (session.aborted || !(error instanceof RmaError) || error.code !== 'RMA_HUB_UNREACHABLE')
        throw error;
      this.#server.forget();
      const isSlow = slow.signal.aborted;
      return { kind: 'retry', budget: 'network', error: faultAt(error, this.#job.label, claim.at), isSlow };
    } finally {
      watch.end();
      stream?.close();
    }
  }

  async #receive({ claim, requested, isWhole, onBytes }: Response, stream: HttpStream): Promise<Outcome> {
    if (isWhole) {
      await this.#restart();
      this.#claims.widen(claim);
    }
    this.#part.etag = strongEtag(stream.headers);
    this.#server.learn(stream, isWhole);
    const last = stream.status === 200 ? this.#job.bytes : requested;
    const { clock } = this.#options;
    const target = { job: this.#job, part: this.#part, claim, last, monotonic: () => clock.monotonic() };
    return receiveBody({ ...target, onBytes: (bytes) => this.#received(bytes, onBytes) }, stream);
  }

  /** Returns whether to receive more. */
  async #received(bytes: number, onBytes: Response['onBytes']): Promise<boolean> {
    onBytes(bytes);
    this.#job.onBytes(this.#part.received, bytes);
    this.#grow();
    await this.#options.rate.pass(bytes, this.#signal);
    return this.#options.gate.isOpen;
  }

  async #restart(cause?: RmaError): Promise<void> {
    const { received } = this.#part;
    if (received === 0) return;
    if (!this.#attempts.mayRestart(received)) throw cause ?? neverComplete(this.#job.label);
    await this.reset();
  }

  /** Closes all connections; the first reason counts. */
  #end(over: Over): void {
    this.#over ??= over;
    this.#stop.abort();
  }

  #allowed(): number {
    return this.#server.hasRanges ? Math.min(this.#most, this.#options.pace.count) : 1;
  }

  /** whether it is a small file, too short to compare rates */
  #isWhole(): boolean {
    return this.#job.slot.isWhole === true;
  }

  #isLarge(): boolean {
    return (this.#job.connections ?? 1) > 1;
  }
}
