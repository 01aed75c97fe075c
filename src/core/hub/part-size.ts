/** Smallest range that is worth a request of its own, bytes. */
export const MIN_PART = 4 * 1024 * 1024;

/** Largest range of one of several connections, bytes. */
export const MAX_PART = 32 * 1024 * 1024;

/** Time in which a range is received: this, ms, or a multiple of the delay before its first byte if that is longer. */
const PART_MS = 80;
const PART_LATENCIES = 8;

/**
 * Returns the size of the ranges of several connections that receive one file, bytes. Bytes are hashed in order: with large
 * ranges, more of them wait for earlier ones, and hashing ends later. So a range is only large enough that the delay before
 * its first byte is short in comparison. `rate`: of one connection, bytes a second (0: not measured); `latencyMs`: the delay.
 */
export function partSize({ rate, latencyMs }: { readonly rate: number; readonly latencyMs: number }): number {
  if (rate === 0) return MAX_PART;
  const ms = Math.max(PART_MS, PART_LATENCIES * latencyMs);
  return Math.min(MAX_PART, Math.max(MIN_PART, Math.ceil((rate * ms) / 1000)));
}
