/** Longest `Retry-After` that is honored, milliseconds. */
const MAX_RETRY_AFTER_MS = 120_000;

/** Returns the wait of a `Retry-After` header (seconds or an HTTP date, RFC 9110 10.2.3) in milliseconds, at most two minutes; null without a valid one. `now` is wall-clock time in ms. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) : null;
  const ms = seconds === null ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}

/** Returns true for a status after which the same request can succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
