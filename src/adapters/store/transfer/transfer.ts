import { backoffMs } from '../../../core/backoff.ts';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { RmaError } from '../../../core/errors.ts';
import { requestedWaitMs } from '../../../core/hub/retry.ts';
import { waitText } from '../../../core/hub/wait-text.ts';
import { gapsOf } from '../../../core/store/range-set.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HttpClient, HttpStream } from '../../../ports/http-client.ts';
import type { Transfer, TransferJob } from '../../../ports/transfer.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { diskFault } from '../disk/disk-fault.ts';
import { HostWaits } from './host-waits.ts';
import { type Budget, judgeAnswer, strongEtag, type Verdict } from './judge-answer.ts';
import { PartFile } from './part-file.ts';
import { receiveBody } from './receive-body.ts';
import { faultAt, hashMismatch, shortFault } from './transfer-faults.ts';

export interface TransferOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly disk?: Disk;
  /** first delay between two attempts, ms */
  readonly pauseMs?: number;
}

/** Attempts without progress, per kind of fault. */
const ATTEMPTS: Readonly<Record<Budget, number>> = { network: 8, expired: 3, html: 3, content: 3 };

/** Received bytes that count as progress. */
const PROGRESS_BYTES = 256 * 1024;

/** Number of responses that may share that progress. */
const SHORT_RESPONSES = 100;

/** Number of restarts of a file before the download fails. */
const MAX_RESTARTS = 5;

/** Largest range per request: hubs refuse a single response above 50 GB. */
const MAX_RANGE = 8 * 1024 ** 3;

interface RunOptions extends TransferOptions {
  readonly waits: HostWaits;
}

type Outcome = Exclude<Verdict, { kind: 'restart' }> & { readonly waitMs?: number };

/** Downloads one stream per file: resumes from the journal, checks each response, hashes while writing. */
export class HttpTransfer implements Transfer {
  readonly #options: TransferOptions;
  readonly #waits: HostWaits;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#waits = new HostWaits(options.clock);
  }

  async fetch(job: TransferJob): Promise<Digest> {
    try {
      return await this.#fetch(job);
    } catch (error) {
      throw diskFault(error, job.slot.path);
    }
  }

  async #fetch(job: TransferJob): Promise<Digest> {
    const options = { ...this.#options, waits: this.#waits };
    const run = new Run(options, job, await openPart(this.#options, job));
    try {
      const digest = await run.complete();
      await run.part.close();
      return digest;
    } catch (error) {
      // the original error is more useful than one from closing
      if (isWrongContent(error)) await run.part.drop();
      else await run.part.close().catch(() => undefined);
      throw error;
    }
  }
}

/** The state of one file's transfer. */
class Run {
  readonly part: PartFile;
  readonly #options: RunOptions;
  readonly #job: TransferJob;
  /** of the file's address, before redirects */
  readonly #host: string;
  #used: Record<Budget, number> = { network: 0, expired: 0, html: 0, content: 0 };
  #short = 0;
  #restarts = 0;
  #mark: number;
  /** host that sent the last response, after redirects */
  #sender: string;

  constructor(options: RunOptions, job: TransferJob, part: PartFile) {
    this.#options = options;
    this.#job = job;
    this.part = part;
    this.#mark = part.received;
    this.#host = new URL(job.location.url).host;
    this.#sender = this.#host;
  }

  /** Downloads until the hash matches. After a mismatch the file is downloaded once more; a second one is a fault of the source. */
  async complete(): Promise<Digest> {
    const { bytes, digest, label } = this.#job;
    for (let round = 1; ; round += 1) {
      while (this.part.received < bytes) await this.#step();
      const hex = await this.part.digest();
      if (digest === null || digest.hex === hex) return { algorithm: digest?.algorithm ?? 'sha256', hex };
      if (round === 2) throw hashMismatch({ label, sender: this.#sender }, digest, hex);
      await this.#reset();
    }
  }

  async #step(): Promise<void> {
    const { signal } = this.#job;
    signal.throwIfAborted();
    await this.#options.waits.over(this.#host, signal);
    const outcome = await this.#request();
    if (outcome.kind === 'fail') throw outcome.error;
    if (Math.abs(this.part.received - this.#mark) >= PROGRESS_BYTES) {
      this.#used = { network: 0, expired: 0, html: 0, content: 0 };
      this.#short = 0;
      this.#mark = this.part.received;
    }
    if (outcome.kind === 'append') return this.#countShort();
    const used = ++this.#used[outcome.budget];
    if (used > ATTEMPTS[outcome.budget]) throw outcome.error;
    if (outcome.drop === true || (outcome.budget === 'content' && used === 2))
      await this.#restart(outcome.error);
    const { clock, random, pauseMs = 500 } = this.#options;
    const waitMs = outcome.waitMs ?? 0;
    // a first fault after progress is ordinary; a request for a wait is reported already
    if (used > 1 && waitMs === 0) this.#job.onWait?.(`${outcome.error.message}; retrying`);
    await clock.sleep(Math.max(waitMs, backoffMs(used, random(), { firstMs: pauseMs })), signal);
  }

  /** Limits the valid responses in a row that bring the file no further than a few bytes each. */
  #countShort(): void {
    if (this.part.received === this.#mark || this.part.received === this.#job.bytes) return;
    this.#short += 1;
    if (this.#short > SHORT_RESPONSES) throw shortFault(this.#job.label);
  }

  async #request(): Promise<Outcome> {
    const { location, bytes, label, signal } = this.#job;
    const { clock, http } = this.#options;
    const { etag, written } = this.part;
    const [offset, gapEnd] = gapsOf(written, bytes)[0] ?? [bytes, bytes];
    const end = Math.min(gapEnd, offset + MAX_RANGE);
    const claim = { at: offset, end };
    const ranged = offset > 0 || end < bytes;
    const tokenSent = location.authorization !== null;
    const ways = location.tokenWays === undefined ? {} : { tokenWays: location.tokenWays };
    let stream: HttpStream | null = null;
    try {
      stream = await http.open({
        method: 'GET',
        url: location.url,
        authorization: location.authorization,
        cookie: location.cookie ?? null,
        headers: ranged ? rangeHeaders(offset, end, etag) : {},
        signal,
      });
      this.#sender = new URL(stream.url).host;
      const verdict = judgeAnswer({ label, bytes, offset, end, etag, tokenSent, ...ways }, stream);
      if (verdict.kind === 'retry') return { ...verdict, waitMs: this.#requestedWait(stream) };
      if (verdict.kind === 'fail') return verdict;
      if (verdict.kind === 'restart') {
        await this.#restart();
        Object.assign(claim, { at: 0, end: bytes });
      }
      this.part.etag = strongEtag(stream.headers);
      const last = stream.status === 200 ? bytes : end;
      const monotonic = () => clock.monotonic();
      return await receiveBody({ job: this.#job, part: this.part, claim, last, monotonic }, stream);
    } catch (error) {
      if (signal.aborted || !(error instanceof RmaError) || error.code !== 'RMA_HUB_UNREACHABLE') throw error;
      return { kind: 'retry', budget: 'network', error: faultAt(error, label, claim.at) };
    } finally {
      stream?.close();
    }
  }

  /** Returns the wait that the server asked for, in milliseconds, and reports it. */
  #requestedWait({ headers, status, url }: HttpStream): number {
    const ms = requestedWaitMs(headers, this.#options.clock.now()) ?? 0;
    if (ms > 0) this.#options.waits.add(this.#host, ms);
    if (ms > 0) this.#job.onWait?.(waitText({ host: new URL(url).host, status, ms }));
    return ms;
  }

  async #restart(cause?: RmaError): Promise<void> {
    if (this.part.received === 0) return;
    this.#restarts += 1;
    if (this.#restarts > MAX_RESTARTS) {
      throw (
        cause ??
        new RmaError(
          'RMA_HUB_BAD_ANSWER',
          `${this.#job.label}: the server closes every connection before the download completes`,
        )
      );
    }
    await this.#reset();
  }

  async #reset(): Promise<void> {
    await this.part.reset();
    this.#mark = 0;
  }
}

function openPart({ disk = realDisk, clock }: TransferOptions, job: TransferJob): Promise<PartFile> {
  return PartFile.open({
    disk,
    slot: job.slot,
    bytes: job.bytes,
    algorithm: job.digest?.algorithm ?? 'sha256',
    urlHost: new URL(job.location.url).host,
    signal: job.signal,
    monotonic: () => clock.monotonic(),
    onReceived: (bytes) => job.onBytes(bytes, 0),
  });
}

function rangeHeaders(offset: number, end: number, etag: string | null): Record<string, string> {
  const range = { range: `bytes=${offset}-${end - 1}` };
  return etag !== null ? { ...range, 'if-range': etag } : range;
}

function isWrongContent(error: unknown): boolean {
  return error instanceof RmaError && error.code === 'RMA_CONTENT_HASH_MISMATCH';
}
