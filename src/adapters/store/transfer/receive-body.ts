import { EXIT, RmaError } from '../../../core/errors.ts';
import type { HttpStream } from '../../../ports/http-client.ts';
import type { TransferJob } from '../../../ports/transfer.ts';
import { notGguf } from '../disk/gguf-magic.ts';
import { htmlFault, isHtmlName, looksLikeHtml, type Verdict } from './check-response.ts';
import type { Claim } from './claims.ts';
import type { Part } from './part.ts';

/** Write size that keeps the data in the CPU cache. */
const WRITE_BYTES = 256 * 1024;

/** Most blocks that are written together: larger direct writes save no more CPU time. */
const WRITE_BLOCKS = 2;

/** Longest delay before received bytes are written on slow links. */
const WRITE_MS = 250;

/** Bytes needed to detect the type of a file. */
const HEAD_BYTES = 64;

type Fault = Exclude<Verdict, { kind: 'restart' | 'append' }>;

/** The file that a body is written to. */
export interface BodyTarget {
  readonly job: TransferJob;
  readonly part: Part;
  readonly claim: Claim;
  /** offset at which the body should end */
  readonly last: number;
  /** milliseconds */
  readonly monotonic: () => number;
  /** called with the number of bytes that were written; returns whether to receive more */
  readonly onBytes: (bytes: number) => Promise<boolean>;
}

/**
 * Writes a body to the part, at most up to the end of the claim. The first bytes of the file are checked before they are
 * written. Data received before a connection failure is written too.
 */
export async function receiveBody(
  target: BodyTarget,
  stream: HttpStream,
): Promise<Exclude<Verdict, { kind: 'restart' }>> {
  const { job, claim, last } = target;
  const receiver = new Receiver(target, stream);
  const start = claim.at;
  try {
    for await (const chunk of stream.body) {
      const fault = await receiver.take(chunk);
      if (fault !== null) return fault;
      if (receiver.isPaused || (claim.at >= claim.end && claim.end < last)) {
        await receiver.written();
        return { kind: 'append' };
      }
    }
    const fault = receiver.checkHead() ?? (await receiver.written());
    if (fault !== null) return fault;
    return claim.at > start && claim.at >= Math.min(claim.end, announcedEnd(stream, last))
      ? { kind: 'append' }
      : { kind: 'retry', budget: 'network', error: endedEarly(job.label, claim.at) };
  } catch (error) {
    await receiver.written();
    throw error;
  } finally {
    await receiver.settled();
  }
}

/**
 * Collects chunks and writes them together. Blocks that may be kept are written while the next ones arrive: a write waits for
 * the one before.
 */
class Receiver {
  readonly #target: BodyTarget;
  readonly #stream: HttpStream;
  #chunks: Uint8Array[] = [];
  /** returns the blocks among the chunks to the pool */
  #releases: (() => void)[] = [];
  #bytes = 0;
  #flushedAt: number;
  #isHeadChecked: boolean;
  #isPaused = false;
  /** the last write */
  #writing: Promise<void> = Promise.resolve();

  constructor(target: BodyTarget, stream: HttpStream) {
    this.#target = target;
    this.#stream = stream;
    this.#flushedAt = target.monotonic();
    this.#isHeadChecked = target.claim.at > 0;
  }

  /** whether to leave the rest to a later request */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  async take(chunk: Uint8Array): Promise<Fault | null> {
    const { claim } = this.#target;
    this.#chunks.push(chunk);
    this.#releases.push(this.#stream.keep());
    this.#bytes += chunk.length;
    const isLast = claim.at + this.#bytes >= claim.end;
    if (!this.#isHeadChecked && (isLast || this.#bytes >= HEAD_BYTES)) {
      const fault = this.checkHead();
      if (fault !== null) return fault;
    }
    if (!this.#isHeadChecked) {
      this.#chunks = [Buffer.concat(this.#chunks)];
      return null;
    }
    return isLast || this.#isDue() ? await this.flush() : null;
  }

  /** Checks the start of the file, once. */
  checkHead(): Fault | null {
    if (this.#isHeadChecked) return null;
    const fault = headFault(this.#target.job, Buffer.concat(this.#chunks).subarray(0, HEAD_BYTES));
    if (fault === null) this.#isHeadChecked = true;
    return fault;
  }

  /** Writes the collected bytes, cut at the end of the claim; nothing before the start of the file was checked. */
  async flush(): Promise<Fault | null> {
    if (!this.#isHeadChecked || this.#bytes === 0) return null;
    const { job, claim, last, monotonic } = this.#target;
    const bytes = Math.min(this.#bytes, Math.max(0, claim.end - claim.at));
    const surplus = claim.at + this.#bytes > last;
    const chunks = bytes < this.#bytes ? cut(this.#chunks, bytes) : this.#chunks;
    const releases = this.#releases;
    this.#chunks = [];
    this.#releases = [];
    this.#bytes = 0;
    this.#flushedAt = monotonic();
    const offset = claim.at;
    claim.at += bytes;
    const before = this.#writing;
    this.#writing = this.#write(offset, chunks, releases);
    // a fault is thrown by `written`
    this.#writing.catch(() => undefined);
    await before;
    if (this.#stream.keepable === 0) await this.#writing;
    return surplus ? tooLong(job) : null;
  }

  /** Writes what was collected, and waits until all is written. */
  async written(): Promise<Fault | null> {
    const fault = await this.flush();
    await this.#writing;
    return fault;
  }

  /** Waits until nothing is being written. Never rejects. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
    for (const release of this.#releases) release();
  }

  async #write(offset: number, chunks: readonly Uint8Array[], releases: readonly (() => void)[]) {
    const { part, onBytes } = this.#target;
    try {
      await part.write(offset, chunks);
    } finally {
      for (const release of releases) release();
    }
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    if (!(await onBytes(bytes))) this.#isPaused = true;
  }

  #isDue(): boolean {
    const most = Math.min(WRITE_BLOCKS, Math.floor(this.#stream.keepable / 2));
    const isFull = most > 0 ? this.#chunks.length >= most : this.#bytes >= WRITE_BYTES;
    return isFull || this.#target.monotonic() - this.#flushedAt >= WRITE_MS;
  }
}

function cut(chunks: readonly Uint8Array[], limit: number): Uint8Array[] {
  let room = limit;
  return chunks.map((chunk) => {
    const kept = chunk.subarray(0, Math.max(0, room));
    room -= chunk.length;
    return kept;
  });
}

function headFault(job: TransferJob, head: Uint8Array): Fault | null {
  const magic = job.magic;
  const fits = magic === null || Buffer.from(head).subarray(0, magic.length).toString('latin1') === magic;
  if (looksLikeHtml(head) && (!fits || (magic === null && !isHtmlName(job.label) && job.digest === null))) {
    return { kind: 'retry', budget: 'html', error: htmlFault(job.label) };
  }
  return fits ? null : { kind: 'fail', error: notGguf(job.label, head) };
}

/** Returns the end of the response according to its headers; a server may send less than requested. */
function announcedEnd(stream: HttpStream, end: number): number {
  const to = /^bytes \d+-(\d+)\//.exec(stream.headers['content-range'] ?? '')?.[1];
  return stream.status === 206 && to !== undefined ? Number(to) + 1 : end;
}

function tooLong(job: TransferJob): Fault {
  const error = new RmaError(
    'RMA_CONTENT_SIZE_MISMATCH',
    `the server sent more than the expected ${job.bytes} bytes of ${job.label}`,
    { exitCode: EXIT.badContent, hint: 'resolve the reference again, or check the mirror' },
  );
  return { kind: 'retry', budget: 'content', error, drop: true };
}

function endedEarly(label: string, offset: number): RmaError {
  return new RmaError(
    'RMA_HUB_UNREACHABLE',
    `${label} at byte ${offset}: the server closed the connection early`,
    {
      hint: 'run the command again; downloaded data is kept',
    },
  );
}
