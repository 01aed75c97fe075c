/** Bounds of the pauses between tries, milliseconds. */
export interface BackoffBounds {
  /** the longest first pause */
  readonly firstMs: number;
  /** the longest pause of all (default 30 s) */
  readonly longestMs?: number;
}

const LONGEST_MS = 30_000;

/**
 * Returns the pause before repetition `attempt` (from 1), whole milliseconds: it doubles up to its bound, with the upper
 * half random, so that many clients do not retry at the same time. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number, bounds: BackoffBounds): number {
  const { firstMs, longestMs = LONGEST_MS } = bounds;
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}
