import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';

/** Real time, with very short delays. */
export const quick = { clock: systemClock, random: () => 0, pauseMs: 1 };

/** Creates a client with very short delays. */
export function testHttp(stallMs = 20_000): UndiciClient {
  return new UndiciClient({ ...quick, userAgent: 'rma-test', stallMs, attempts: 3 });
}
