import type { Readable } from 'node:stream';
import { RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { StallGuard } from './stall-guard.ts';

/** Yields the bytes of the body. Each wait is limited by the stall timeout; faults are thrown as RmaError. */
export async function* guardedBody(
  body: Readable,
  guard: StallGuard,
  url: string,
): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      guard.arm();
      const next = await chunks.next();
      guard.disarm();
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw networkFault(error, { guard, url });
  } finally {
    guard.end();
    body.destroy();
  }
}

/** The request that failed. */
export interface FailedRequest {
  readonly guard: StallGuard;
  readonly url: string;
  /** the caller's own signal */
  readonly caller?: AbortSignal | undefined;
}

/** Returns a network error as RmaError; an abort by the caller keeps its own reason. */
export function networkFault(error: unknown, { guard, url, caller }: FailedRequest): unknown {
  if (error instanceof RmaError) return error;
  if (caller?.aborted === true) return caller.reason;
  if (guard.signal.aborted && !guard.stalled) return guard.signal.reason;
  const { host } = new URL(url);
  const cause = guard.stalled ? 'no data received before the timeout' : faultText(error);
  return new RmaError('RMA_HUB_UNREACHABLE', `the connection to ${host} failed: ${cause}`, {
    hint: shell`check the network, the proxy settings and the hub endpoint; try: curl -I ${new URL(url).origin}`,
    details: { host },
    cause: error,
  });
}

function faultText(error: unknown): string {
  const code = errorCode(error) ?? errorCode(error instanceof Error ? error.cause : undefined);
  const message = error instanceof Error ? error.message : String(error);
  return code === null || message.includes(code) ? message : `${code} ${message}`.trim();
}

function errorCode(error: unknown): string | null {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
