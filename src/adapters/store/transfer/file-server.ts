import { requestedWaitMs } from '../../../core/hub/retry.ts';
import { waitText } from '../../../core/hub/wait-text.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HttpClient, HttpStream } from '../../../ports/http-client.ts';
import type { TransferJob } from '../../../ports/transfer.ts';
import { checkResponse, strongEtag, type Verdict } from './check-response.ts';
import type { HostWaits } from './host-waits.ts';
import { brokenRanges } from './transfer-faults.ts';
import type { WindowGate } from './window-gate.ts';

export interface ServerOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly waits: HostWaits;
  readonly gate: WindowGate;
}

/** Statuses of an address that was good before. */
const EXPIRED: readonly number[] = [401, 403, 404, 410];

/** A request for a range of the file. */
export interface FileRequest {
  readonly offset: number;
  /** first byte after the range */
  readonly end: number;
  /** strong entity tag of what was received so far */
  readonly etag: string | null;
  readonly signal: AbortSignal;
}

/** The requests to the server of a file, and what its responses showed. */
export class FileServer {
  readonly #options: ServerOptions;
  readonly #job: TransferJob;
  /** of the file's address, before redirects */
  readonly #host: string;
  #sender: string;
  #ranges: 'unknown' | 'yes' | 'no' = 'unknown';
  /** repeats the last request that succeeded, without its redirects */
  #again: HttpStream['again'] | null = null;

  constructor(options: ServerOptions, job: TransferJob) {
    this.#options = options;
    this.#job = job;
    this.#host = new URL(job.location.url).host;
    this.#sender = this.#host;
  }

  /** host that sent the last response, after redirects */
  get sender(): string {
    return this.#sender;
  }

  /** whether several connections can fetch the file */
  get hasRanges(): boolean {
    return this.#ranges === 'yes';
  }

  /** Waits until the window is open and the host accepts requests. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#options.gate.pass((reason) => this.#job.onWait?.(reason), signal);
    await this.#options.waits.over(this.#host, signal);
  }

  /** Sends a request. After a success the redirects are not followed again, until the address at their end has expired. */
  async open({ offset, end, etag, signal }: FileRequest): Promise<HttpStream> {
    const { location, bytes, turn } = this.#job;
    const headers = offset > 0 || end < bytes ? rangeHeaders(offset, end, etag) : {};
    const known = await this.#again?.({ headers, signal });
    if (known !== undefined && !EXPIRED.includes(known.status)) return this.#from(known);
    known?.close();
    const { url, authorization, cookie = null } = location;
    return this.#from(
      await this.#options.http.open({
        method: 'GET',
        url,
        authorization,
        cookie,
        headers,
        signal,
        inBlocks: true,
        ...(turn !== undefined && { turn }),
      }),
    );
  }

  /** Checks a response. Besides others (not `isOnly`) it must be a range with the same strong entity tag. */
  check({ offset, end, etag }: FileRequest, stream: HttpStream, isOnly: boolean): Verdict {
    const { location, bytes, label } = this.#job;
    const tokenSent = location.authorization !== null;
    const ways = location.tokenWays === undefined ? {} : { tokenWays: location.tokenWays };
    const verdict = checkResponse({ label, bytes, offset, end, etag, tokenSent, ...ways }, stream);
    if (isOnly || (verdict.kind !== 'restart' && verdict.kind !== 'append')) return verdict;
    const sent = strongEtag(stream.headers);
    if (stream.status === 206 && sent !== null && sent === etag) return verdict;
    const drop = sent !== null && etag !== null && sent !== etag;
    return { kind: 'retry', budget: 'content', error: brokenRanges(label), drop };
  }

  /** Keeps what later requests need. `isWhole`: the whole file was sent instead of a range. */
  learn(stream: HttpStream, isWhole: boolean): void {
    this.#again = stream.again;
    if (isWhole || strongEtag(stream.headers) === null) this.#ranges = 'no';
    if (this.#ranges === 'unknown') this.#ranges = supportsRanges(stream) ? 'yes' : 'no';
  }

  /** Uses one connection from now on. */
  distrustRanges(): void {
    this.#ranges = 'no';
  }

  /** Follows the redirects again with the next request. */
  forget(): void {
    this.#again = null;
  }

  /** Returns the wait that the server requested, in milliseconds, and reports it. */
  requestedWait({ headers, status, url }: HttpStream): number {
    const ms = requestedWaitMs(headers, this.#options.clock.now()) ?? 0;
    if (ms > 0) this.#options.waits.add(this.#host, ms);
    if (ms > 0) this.#job.onWait?.(waitText({ host: new URL(url).host, status, ms }));
    return ms;
  }

  #from(stream: HttpStream): HttpStream {
    this.#sender = new URL(stream.url).host;
    return stream;
  }
}

function supportsRanges({ status, headers }: HttpStream): boolean {
  if (status === 206) return true;
  return /\bbytes\b/i.test(headers['accept-ranges'] ?? '') && headers['content-length'] !== undefined;
}

function rangeHeaders(offset: number, end: number, etag: string | null): Record<string, string> {
  const range = { range: `bytes=${offset}-${end - 1}` };
  return etag === null ? range : { ...range, 'if-range': etag };
}
