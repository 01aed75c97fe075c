import { networkFault } from './fault.ts';
import type { StallGuard } from './stall-guard.ts';

/** The body of a response as it arrives. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  destroy(): void;
}

/** Yields the bytes of the body. Each wait is limited by the stall timeout; faults are thrown as RmaError. */
export async function* guardedBody(
  body: ResponseBody,
  guard: StallGuard,
  url: string,
): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      guard.arm();
      const next = await chunks.next();
      guard.disarm(next.done === true ? 0 : next.value.length);
      if (next.done === true) return;
      if (guard.reason !== null) throw new Error(guard.reason);
      yield next.value;
    }
  } catch (error) {
    throw networkFault(error, { guard, url });
  } finally {
    guard.end();
    body.destroy();
  }
}
