import { backoffMs } from '../../core/backoff.ts';
import { badAnswer } from '../../core/hub/bad-answer.ts';
import { errorCodeOf, hubRefusal } from '../../core/hub/hub-refusal.ts';
import { isTemporary } from '../../core/hub/is-temporary.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient, HttpStream } from '../../ports/http-client.ts';
import type { FileLocation } from '../../ports/model-source.ts';
import type { ByteRange, RangeReader } from '../../ports/range-reader.ts';

export interface RangeReaderOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** first delay between two attempts, ms */
  readonly pauseMs?: number;
}

const ATTEMPTS = 3;

/** Reads ranges over HTTP. If a server ignores the range and sends the whole file, the read stops after the requested bytes. */
export class HttpRangeReader implements RangeReader {
  readonly #options: RangeReaderOptions;

  constructor(options: RangeReaderOptions) {
    this.#options = options;
  }

  async read(location: FileLocation, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    const { clock, random, pauseMs = 500 } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#readOnce(location, range, signal);
      } catch (error) {
        if (attempt === ATTEMPTS || !isTemporary(error)) throw error;
        await clock.sleep(backoffMs(attempt, random(), { firstMs: pauseMs }), signal);
      }
    }
  }

  async #readOnce(
    location: FileLocation,
    { from, to }: ByteRange,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const { url, authorization, cookie = null } = location;
    const stream = await this.#options.http.open({
      method: 'GET',
      url,
      authorization,
      cookie,
      headers: { range: `bytes=${from}-${to - 1}` },
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const start = startOf(stream, from, location);
      return (await upTo(stream, to - start)).subarray(from - start);
    } finally {
      stream.close();
    }
  }
}

/** Returns the offset in the file at which the body starts. */
function startOf(stream: HttpStream, from: number, { authorization, tokenWays }: FileLocation): number {
  const { status, headers, url } = stream;
  const subject = new URL(url).origin + new URL(url).pathname;
  if (status === 200) return 0;
  if (status === 206) {
    const start = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN);
    if (start === from) return start;
    throw badAnswer(
      subject,
      `requested the bytes from ${from}, received ${headers['content-range'] ?? 'no content range'}`,
    );
  }
  if (status === 416) throw badAnswer(subject, 'the requested range does not exist (416)');
  const errorCode = errorCodeOf(headers);
  throw hubRefusal({
    status,
    errorCode,
    subject,
    revision: null,
    page: null,
    tokenSent: authorization !== null,
    tokenWays: tokenWays ?? null,
  });
}

async function upTo(stream: HttpStream, bytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}
