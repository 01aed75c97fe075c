import type { IncomingMessage } from 'node:http';
import { type HttpResponse, refusal } from '../core/network/http-response.ts';

/** Whether a valid token arrived before the body. */
export type Trust = 'verified' | 'unverified';

/** The text of a body, or the response to a request whose body is not accepted. */
export type BodyResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly answer: HttpResponse };

interface Pool {
  /** largest body, bytes */
  readonly limit: number;
  /** all bodies that are read at the same time, bytes */
  readonly total: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** A registration has a few kilobytes; without a verified token no more than that is worth memory. */
const POOLS: Readonly<Record<Trust, Pool>> = {
  verified: { limit: MIB, total: 16 * MIB },
  unverified: { limit: 64 * KIB, total: MIB },
};

/** Reads request bodies within a fixed amount of memory for all of them. */
export class Bodies {
  readonly #used: Record<Trust, number> = { verified: 0, unverified: 0 };

  /** Reads a body as UTF-8. The memory is reserved by the announced length before the first byte is read. */
  async read(request: IncomingMessage, trust: Trust): Promise<BodyResult> {
    const { limit, total } = POOLS[trust];
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      return refused(415, 'RMA_COORDINATOR_ENCODING', `content encoding ${encoding} is not supported`);
    }
    const announced = Number(request.headers['content-length'] ?? limit);
    if (announced > limit) return tooLarge(limit);
    if (this.#used[trust] + announced > total) return busy();
    this.#used[trust] += announced;
    try {
      return await collect(request, limit);
    } finally {
      this.#used[trust] -= announced;
    }
  }
}

async function collect(request: IncomingMessage, limit: number): Promise<BodyResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // the stream stays open at a return, so that the response can still be sent
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) return tooLarge(limit);
      chunks.push(chunk);
    }
  } catch {
    return refused(408, 'RMA_COORDINATOR_TIMEOUT', 'the body did not arrive');
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return refused(400, 'RMA_COORDINATOR_JSON', 'the body is not UTF-8');
  }
}

function tooLarge(limit: number): BodyResult {
  return refused(413, 'RMA_COORDINATOR_BODY_SIZE', `the body has more than ${limit} bytes`);
}

function busy(): BodyResult {
  const answer = refusal(503, 'RMA_COORDINATOR_BUSY', 'too many request bodies at the same time');
  return { ok: false, answer: { ...answer, headers: { 'retry-after': '1' } } };
}

function refused(status: number, code: `RMA_${string}`, message: string): BodyResult {
  return { ok: false, answer: refusal(status, code, message) };
}
