/** Smallest range that is worth a request of its own, bytes. */
export const MIN_PART = 4 * 1024 * 1024;

/** Largest range of one of several connections, bytes. */
export const MAX_PART = 32 * 1024 * 1024;

/** A range is received in this time, ms, or in some times the delay before its first byte. */
const PART_MS = 80;
const PART_LATENCIES = 8;

/**
 * Returns the size of the ranges of several connections that receive one file, bytes. What arrives before the bytes in front
 * of it waits for its hash, and the hash ends the later, the more is waiting: so a range is only so large that the delay
 * before its first byte is short in comparison. `rate`: of one connection, bytes a second, 0: not measured; `latencyMs`: that delay, ms.
 */
export function partSize({ rate, latencyMs }: { readonly rate: number; readonly latencyMs: number }): number {
  if (rate === 0) return MAX_PART;
  const ms = Math.max(PART_MS, PART_LATENCIES * latencyMs);
  return Math.min(MAX_PART, Math.max(MIN_PART, Math.ceil((rate * ms) / 1000)));
}
